import { parseGtid, Schemas } from '@banyan/kit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { type Arguments, type Command, type Context, text, wholeNumber } from '../command.ts';
import { usage } from '../errors.ts';
import { project } from '../project/project.ts';
import { needs, openTarget } from '../target.ts';
import { escaped } from '../terminal/escape.ts';
import { tailTable } from './tail-table.ts';
import { tailTransaction } from './tail-transaction.ts';
import { capturedTopics, topicOf } from './topics.ts';

export const tail: Command = {
  summary: "a table's change events as they come, or one transaction as a whole; exact values",
  help: `banyan tail TABLE [--key K] [--from earliest|latest] [--limit N] [--no-follow]
banyan tail --tx GTID [--timeout SECONDS]

TABLE is as in the monolith: accounts, or bank.accounts. Without --from it shows what comes from now on.

  banyan tail accounts                                every change of an account, until Ctrl-C
  banyan tail accounts --from earliest --limit 3      the first three
  banyan tail accounts --key 42 --from earliest --no-follow
                                                      the whole history of one row, then end
  banyan tail parts --key 'order_id=7,line=2'         a key of two columns
  banyan tail --tx 0-1-23                             a transaction: BEGIN, all its rows in binlog order, END
  banyan tail accounts --json | jq .after.balance     one JSON object a line

  --limit N        end after N events
  --no-follow      end at what is the end of the topic now
  --tx GTID        the whole transaction, of whichever captured tables; read until it is complete
  --timeout S      with --tx: how long to wait for what has not come yet (10 s)
  --prefix NAME    topic prefix of the connector (the project's)

Long texts are cut for people, never in JSON. 64-bit integers and decimals are exact (in JSON: as text), bytes are
0x… (in JSON: base64), control characters are escaped.`,
  options: {
    key: { value: 'K' },
    tx: { value: 'GTID' },
    from: { value: 'earliest|latest' },
    limit: { value: 'N' },
    timeout: { value: 'SECONDS' },
    prefix: { value: 'NAME' },
    'no-follow': {},
  },
  words: 1,
  run: runTail,
};

async function runTail(context: Context, args: Arguments): Promise<number> {
  const [table] = args.words;
  const from = text(args, 'from') ?? 'latest';
  if (from !== 'earliest' && from !== 'latest') throw usage(`--from is '${escaped(from)}'; give earliest or latest`);
  const limit = wholeNumber(args, 'limit', 999_999_999, 1, 999_999_999);
  const patienceMs = 1000 * wholeNumber(args, 'timeout', 10, 1, 86_400);
  const given = text(args, 'tx');
  const gtid = given === undefined ? null : parseGtid(given);
  if (given !== undefined && gtid === null)
    throw usage(`--tx is '${escaped(given)}'; give a GTID as in 0-1-23`, 'it is in each line of: banyan tail TABLE');
  if (gtid === null && table === undefined) throw usage('which table?', 'banyan tail TABLE, or banyan tail --tx GTID');
  const wrong = gtid
    ? ['key', 'from', 'limit', 'no-follow'].find((name) => args.options[name] !== undefined)
    : undefined;
  if (wrong) throw usage(`--${wrong} makes no sense with --tx, which shows the whole transaction`);
  const { stack } = openTarget(context.config);
  await needs(stack.part('kafka'));
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-cli' });
  const topics = capturedTopics(
    await toldWhenLate(context, transport.topics()),
    text(args, 'prefix') ?? project().prefix,
  );
  const schemas = new Schemas(stack.registryUrl);
  if (gtid === null) {
    const follow = args.options['no-follow'] === undefined;
    await tailTable(context, transport, schemas, topics, {
      table: table!,
      key: text(args, 'key'),
      from,
      limit,
      follow,
    });
  } else {
    if (table !== undefined) topicOf(table, topics);
    await tailTransaction(context, transport, schemas, topics, { gtid, patienceMs });
  }
  return 0;
}

/** A broker that is frozen takes seconds to be given up. */
async function toldWhenLate<T>({ output }: Context, answer: Promise<T>): Promise<T> {
  const timer = setTimeout(() => output.say('kafka', 'does not answer yet; Ctrl-C ends the waiting'), 1000);
  return answer.finally(() => clearTimeout(timer));
}
