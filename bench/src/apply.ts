import type { Bridge } from '@banyan/e2e/src/bridge.ts';
import type { Benchmark } from './benchmark.ts';
import type { Run } from './harness.ts';
import { JdbcSink, jdbcSinkPlugin } from './jdbc-sink.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

/** A mirror filled from a topic that holds a whole snapshot. */
export const apply: Benchmark = {
  name: 'apply',
  about: "a mirror filled from a full topic, against Debezium's JDBC sink into the same table from the same topic",
  run: async (rig) => {
    const plugin = await jdbcSinkPlugin(rig);
    const bridge = await rig.lines();
    const ddl = await tableOfKit(rig, bridge);
    return {
      figures: [{ name: 'apply', unit: 'rows/s', target: 4 }],
      ours: () => ours(rig, bridge),
      peer: () => peer(rig, plugin, bridge, ddl),
    };
  },
};

export async function ours(rig: Rig, bridge: Bridge): Promise<Run> {
  const side = await ReadSide.open(rig);
  const projector = side.project(bridge);
  const run = await side.filled(projector.pid, rig.rows);
  await projector.stop();
  await side.close();
  return run;
}

async function peer(rig: Rig, plugin: string, bridge: Bridge, ddl: string): Promise<Run> {
  const side = await ReadSide.open(rig);
  await side.query(ddl);
  const sink = await JdbcSink.start(rig, plugin, {
    database: side.name,
    topic: `${bridge.name}.${bridge.name}.ledger_lines`,
    table: 'ledger_lines',
  });
  const run = await side.filled(await sink.pid(), rig.rows);
  await sink.stop();
  await side.close();
  return run;
}

/** The table as the kit makes it, with its indexes, for the peer to write into the same one. */
export async function tableOfKit(rig: Rig, bridge: Bridge): Promise<string> {
  const side = await ReadSide.open(rig);
  const projector = side.project(bridge);
  await side.reaches(1);
  await projector.stop();
  const [row] = await side.query('SHOW CREATE TABLE ledger_lines');
  await side.close();
  return String(row!['Create Table']);
}
