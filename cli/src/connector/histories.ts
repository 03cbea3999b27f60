import { historiesOf } from '@banyan/connectors';
import { decodeHistory, encodeHistory, type History } from '@banyan/kit';
import type { Transport } from '@banyan/kit/transport';
import { CliError } from '../errors.ts';
import { wholeTopic } from './whole-topic.ts';

/** By table, `database.table`, what was said last of its history; none of those that were captured from the first on. */
export type Histories = ReadonlyMap<string, History>;

/** Throws KitError, or CliError `unexpected-message` for what is none. */
export async function historiesIn(transport: Transport, prefix: string): Promise<Histories> {
  const topic = historiesOf(prefix);
  const newest = new Map<string, History>();
  for (const { offset, value } of (await wholeTopic(transport, topic)) ?? []) {
    if (value === null) continue;
    try {
      const history = decodeHistory(value);
      newest.set(history.table, history);
    } catch (cause) {
      const message = `topic ${topic} at offset ${offset}: ${(cause as Error).message}`;
      const remedy = 'use the newest version of banyan, or remove what else writes there';
      throw new CliError('unexpected-message', message, { remedy, cause });
    }
  }
  return newest;
}

export async function tellHistories(
  transport: Transport,
  prefix: string,
  histories: readonly History[],
): Promise<void> {
  if (histories.length > 0) await transport.publish(historiesOf(prefix), histories.map(encodeHistory));
}
