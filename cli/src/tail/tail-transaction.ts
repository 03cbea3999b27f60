import { formatGtid, type Gtid, type Schemas } from '@banyan/kit';
import type { Transport } from '@banyan/kit/transport';
import type { Context } from '../command.ts';
import { CliError } from '../errors.ts';
import { jsonLine } from '../terminal/escape.ts';
import { changeJson, changeText, markerJson, markerText } from './lines.ts';
import { chunksOf, decoded, partitionName, rangesOf } from './read.ts';
import type { CapturedTopics } from './topics.ts';
import { WatchedTransaction } from './watched-transaction.ts';

/**
 * Reads all topics of the connector until the transaction is whole, then prints its markers and rows in binlog order. Whole: it was
 * closed, and everything that was in Kafka after that has been read; counts are not trusted. Throws CliError `no-such-transaction`,
 * or `transaction-incomplete` after `patienceMs` at the end of the topics without a close.
 */
export async function tailTransaction(
  context: Context,
  transport: Transport,
  schemas: Schemas,
  topics: CapturedTopics,
  { gtid, patienceMs }: { readonly gtid: Gtid; readonly patienceMs: number },
): Promise<void> {
  const { output, signal } = context;
  const names = [topics.transactions, ...topics.tables.values()];
  const ranges = await rangesOf(transport, names);
  const watched = new WatchedTransaction(gtid);
  const next = new Map(ranges.map((range) => [partitionName(range), range.low]));
  const reached = (ends: typeof ranges) => ends.every((range) => (next.get(partitionName(range)) ?? 0n) >= range.high);
  const reader = await transport.read(ranges.map((range) => ({ ...range, offset: range.low })));
  let ends: typeof ranges | null = null;
  let waitsUntilMs: number | null = null;
  output.say('reading', `${names.length} topics, from their beginning`);
  try {
    for await (const chunk of chunksOf(reader, signal)) {
      if (chunk !== null) {
        for (const { record, key } of await decoded(schemas, topics, chunk)) {
          if (record.kind === 'marker') watched.marker(record.marker);
          const { topic, partition } = chunk;
          if (record.kind === 'change')
            watched.change({ topic, partition, offset: record.offset, key, change: record.change });
        }
        next.set(partitionName(chunk), chunk.nextOffset);
      }
      if (watched.closed) {
        // Rows are on the broker when END is visible, each in a topic of its own: so everything up to these ends is read.
        ends ??= await rangesOf(transport, names);
        if (reached(ends)) return await print(context, watched);
      } else if (reached(ranges)) {
        if (!watched.found && watched.isPast) throw absent(watched);
        if (waitsUntilMs === null)
          output.say('waiting', `${formatGtid(gtid)} ${watched.found ? 'is open' : 'has not come yet'}`);
        waitsUntilMs ??= Date.now() + patienceMs;
        if (Date.now() > waitsUntilMs) {
          if (!watched.found) throw absent(watched);
          await print(context, watched);
          const message = `${formatGtid(gtid)} is not complete: it has no END, and no later transaction has begun`;
          throw new CliError('transaction-incomplete', message, { remedy: 'wait longer: --timeout SECONDS' });
        }
      }
    }
  } finally {
    await reader.close();
  }
}

async function print({ output, json }: Context, watched: WatchedTransaction): Promise<void> {
  const { markers, rows, repeated, missing, closed } = watched;
  for (const marker of markers.filter(({ status }) => status === 'BEGIN').slice(0, 1))
    await output.line(json ? jsonLine(markerJson(marker)) : markerText(output, marker));
  for (const row of rows) await output.line(json ? jsonLine(changeJson(row)) : changeText(output, row));
  for (const marker of markers.filter(({ status }) => status === 'END').slice(-1))
    await output.line(json ? jsonLine(markerJson(marker)) : markerText(output, marker));
  const summary = {
    transaction: formatGtid(watched.gtid),
    complete: closed && missing.length === 0,
    rows: rows.length,
    repeated,
  };
  if (json) await output.line(jsonLine({ kind: 'transaction', ...summary, missing }));
  const again = repeated > 0 ? `; ${repeated} of them came twice, as the connector was disturbed` : '';
  const noEnd =
    closed && !watched.hasEnded
      ? '; it has no END, as DDL, grants and XA have none: a later transaction closed it'
      : '';
  output.say('read', `${rows.length} rows${again}${noEnd}`);
  if (missing.length > 0) {
    const message = `${summary.transaction} lacks rows that its END counts: ${missing.join(', ')}`;
    throw new CliError('rows-missing', message, {
      remedy: 'compare it with the source: the connector may have cut it off',
    });
  }
}

function absent(watched: WatchedTransaction): CliError {
  return new CliError('no-such-transaction', watched.absence);
}
