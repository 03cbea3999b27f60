import { topicName } from '@banyan/connectors';
import { CliError } from '../errors.ts';
import { escaped } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';

/** The topics of one connector; the names are Debezium's (MariaDB connector page, "Topic names"). */
export interface CapturedTopics {
  readonly transactions: string;
  /** `database.table`, in the letters that Kafka allows, to topic. */
  readonly tables: ReadonlyMap<string, string>;
}

/** Throws CliError `no-such-prefix` when nothing is captured under the prefix. */
export function capturedTopics(topics: readonly string[], prefix: string): CapturedTopics {
  const transactions = `${prefix}.transaction`;
  const names = topics.filter((topic) => topic.startsWith(`${prefix}.`)).map((topic) => topic.slice(prefix.length + 1));
  const tables = new Map(
    names
      .filter((name) => name.includes('.'))
      .sort()
      .map((name) => [name, `${prefix}.${name}`]),
  );
  if (topics.includes(transactions) && tables.size > 0) return { transactions, tables };
  const prefixes = topics.flatMap((topic) => /^(.+)\.transaction$/.exec(topic)?.slice(1) ?? []);
  const there =
    prefixes.length > 0 ? `captured are ${prefixes.join(', ')}: --prefix NAME` : 'nothing is captured yet: banyan up';
  throw new CliError('no-such-prefix', `Kafka has no captured table under the prefix ${escaped(prefix)}`, {
    remedy: there,
  });
}

/** The topic of a table named as `accounts`, `bank.accounts` or by its topic. Throws CliError `no-such-table` or `usage`. */
export function topicOf(given: string, { tables }: CapturedTopics): { readonly table: string; readonly topic: string } {
  const wanted = topicName(given);
  const exact = [...tables].find(([table, topic]) => table === wanted || topic === wanted);
  const matching = exact ? [exact] : [...tables].filter(([table]) => table.slice(table.indexOf('.') + 1) === wanted);
  if (matching.length === 1) return { table: matching[0]![0], topic: matching[0]![1] };
  const names = [...tables.keys()];
  if (matching.length > 1) {
    const choice = matching.map(([table]) => table).join(', ');
    throw new CliError('usage', `there are several tables '${escaped(given)}': ${choice}`, {
      remedy: 'name one of them',
    });
  }
  const near = nearNames(given, names);
  const remedy =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `captured are ${names.slice(0, 20).join(', ')}`;
  throw new CliError('no-such-table', `no table '${escaped(given)}' is captured`, { remedy });
}
