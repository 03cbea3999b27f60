import type { Capture } from '@banyan/connectors';
import { KitError } from '@banyan/kit';
import { findHanging, type OpenTransaction, type TransactionLogs } from '@banyan/kit/transport';
import { hangingText, topicsOf } from '../hanging.ts';
import type { Patience } from './patience.ts';

/** How long one must have been forgotten: longer than a coordinator needs to move to another broker. */
const steadyMs = 5000;

/**
 * Those that hold back what the connector writes, or its worker. To be asked for before the worker is: held back itself, it may not
 * answer at all. Throws CliError.
 */
export function hangingHere(
  logs: TransactionLogs,
  prefix: string,
  patience: Patience,
): Promise<readonly OpenTransaction[]> {
  return patience.until('Kafka', () => found(logs, prefix, patience));
}

/**
 * Ends them, and says so; gives what it has ended. One of which the connector's offsets are held back with it is sent again from there, so
 * that nothing is lost whatever Kafka had decided. Of another the offsets are decided already: it is left alone. Throws CliError.
 */
export function endHanging(
  logs: TransactionLogs,
  { name, config }: Pick<Capture, 'name' | 'config'>,
  patience: Patience,
): Promise<readonly OpenTransaction[]> {
  const ended: OpenTransaction[] = [];
  const offsets = config['offsets.storage.topic'] ?? 'connect-offsets';
  return patience.until('Kafka', async () => {
    const all = await found(logs, name, patience);
    const again = new Set(all.filter(({ topic }) => topic === offsets).map(({ producerId }) => producerId));
    // What is refused is looked for again, not tried again: its producer may have come back meanwhile.
    for (const one of all) {
      if (!again.has(one.producerId) && one.topic !== 'connect-configs') {
        patience.say(
          `${hangingText(one)}; it is left alone: the offsets that belong to it are not held back, so it may have been committed`,
        );
        continue;
      }
      await logs.abort(one);
      ended.push(one);
      patience.say(`${hangingText(one)}; it is aborted now`);
    }
    return ended;
  });
}

async function found(logs: TransactionLogs, prefix: string, patience: Patience): Promise<readonly OpenTransaction[]> {
  const pause = async (ms: number) => {
    if (patience.leftMs < ms)
      throw new KitError(
        'kafka-unreachable',
        'a topic is held back, and there is no time left to look twice at what by',
      );
    await patience.pause(ms);
  };
  const { transactions, unjudged } = await findHanging(logs, topicsOf(prefix), { steadyMs, pause });
  for (const { topic, partition, stable } of unjudged)
    patience.say(
      `${topic}/${partition} is held back at offset ${stable} by a transaction; whether Kafka has forgotten it cannot be known from here, as an authorizer may hide what goes on: kafka-transactions.sh find-hanging, by one who may describe all transactions`,
    );
  return transactions;
}
