import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { ours, tableOfKit } from './apply.ts';
import type { Benchmark } from './benchmark.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

/** The fastest way that there is into the table: no Kafka, no Avro, no position, one statement. */
export const limit: Benchmark = {
  name: 'limit',
  about: 'the same mirror, against LOAD DATA LOCAL INFILE of the same rows into the same table',
  run: async (rig) => {
    const bridge = await rig.lines();
    const ddl = await tableOfKit(rig, bridge);
    const file = join(rig.folder, 'lines.tsv');
    await pipeline(Readable.from(lines(bridge.source, rig.rows)), createWriteStream(file));
    return {
      figures: [{ name: 'limit', unit: 'rows/s', target: 0.6 }],
      ours: () => ours(rig, bridge),
      peer: () => load(rig, ddl, file),
    };
  },
};

const columns = 'id, account_id, transfer_id, amount, balance_after, purpose, booked_at';

async function* lines(source: Connection, rows: number): AsyncGenerator<string> {
  const piece = 20_000;
  for (let from = 0; from < rows; from += piece) {
    const [found] = await source.query<RowDataPacket[]>(
      `SELECT CONCAT_WS('\t', id, account_id, IFNULL(transfer_id, '\\\\N'), amount, balance_after, IFNULL(purpose, '\\\\N'),
        booked_at) AS line FROM ledger_lines WHERE id > ? AND id <= ? ORDER BY id`,
      [from, from + piece],
    );
    yield `${found.map(({ line }) => line).join('\n')}\n`;
  }
}

async function load(rig: Rig, ddl: string, file: string) {
  const side = await ReadSide.open(rig);
  await side.query(ddl);
  const begin = performance.now();
  await side.query(`LOAD DATA LOCAL INFILE 'lines' INTO TABLE ledger_lines (${columns})`, () =>
    createReadStream(file, { highWaterMark: 1_048_576 }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const [count] = await side.query('SELECT COUNT(*) AS rows_there FROM ledger_lines');
  if (Number(count!.rows_there) !== rig.rows) throw new Error(`${count!.rows_there} of ${rig.rows} rows were loaded`);
  await side.close();
  return { values: [rig.rows / seconds] };
}
