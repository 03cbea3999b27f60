import type { Contract } from './files.ts';

/** The names of what one connector writes; Debezium's topic names, and the registry's strategy of a subject per topic. */
export interface Subjects {
  readonly transactions: string;
  /** By `database.table`. */
  readonly tables: ReadonlyMap<string, TableSubjects>;
  /** All subjects of the contract, sorted. */
  readonly all: readonly string[];
}

export interface TableSubjects {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** `tables` are `database.table` each. Source: Debezium MariaDB connector page, "Topic names". */
export function subjectsOf(prefix: string, tables: readonly string[]): Subjects {
  const transactions = `${prefix}.transaction`;
  const named = [...new Set(tables)].sort().map((table): [string, TableSubjects] => {
    const topic = `${prefix}.${table}`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    return [table, { topic, key: `${topic}-key`, value: `${topic}-value` }];
  });
  const all = [...named.flatMap(([, { key, value }]) => [key, value]), `${transactions}-key`, `${transactions}-value`];
  return { transactions, tables: new Map(named), all: all.sort() };
}

/** With the tables that the contract has beyond them: those of a service that is not here. */
export function withRest({ transactions, tables, all }: Subjects, contract: Contract): Subjects {
  const prefix = transactions.slice(0, -'transaction'.length);
  const rest = [...contract.keys()]
    .filter((subject) => !all.includes(subject) && subject.startsWith(prefix) && subject.endsWith('-value'))
    .map((subject) => subject.slice(prefix.length, -'-value'.length));
  return subjectsOf(prefix.slice(0, -1), [...tables.keys(), ...rest]);
}
