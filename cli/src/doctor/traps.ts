/** What breaks a bridge from a binlog. Each is found by checks that name its number, or `instead` says why it cannot be found here. */
export interface Trap {
  readonly number: number;
  readonly trap: string;
  /** Why no check finds it, or what the checks do not find of it; null when they find it. */
  readonly instead: string | null;
}

export const traps: readonly Trap[] = [
  { number: 1, trap: 'Cascades of foreign keys leave no row event', instead: null },
  {
    number: 2,
    trap: 'Rows of XA transactions are written at XA PREPARE, and stay when it is rolled back',
    instead: 'what XA has left in a read model: `banyan prove` finds it',
  },
  {
    number: 3,
    trap: 'DROP PARTITION, TRUNCATE and ADD COLUMN … DEFAULT change rows by DDL alone',
    instead: 'a statement that somebody runs later; the kit knows constant defaults of columns that are added',
  },
  {
    number: 4,
    trap: '`SET sql_log_bin=0`, other engines, tables of a migration',
    instead: 'what was written with `sql_log_bin=0`: it leaves no trace in the source. `banyan prove` finds it',
  },
  {
    number: 5,
    trap: 'A second snapshot does not mention rows that were deleted meanwhile',
    instead:
      'a snapshot of before: the source shows nothing of it. Projectors leave its rows out, `banyan prove` compares',
  },
  { number: 6, trap: 'A purged binlog, quiet tables, statements instead of rows', instead: null },
  {
    number: 7,
    trap: '`ts_ns` is beyond 2^53',
    instead: 'no matter of the source: the kit’s decoder reads 64-bit integers as bigint',
  },
  { number: 8, trap: 'BIGINT UNSIGNED above 2^63-1 turns negative', instead: null },
  {
    number: 9,
    trap: 'DECIMAL as bytes, never by Number',
    instead: 'what another reader does with them; the setting that they depend on is looked at',
  },
  { number: 10, trap: 'A type mismatch is written as NULL', instead: null },
  {
    number: 11,
    trap: 'Values, types and names that do not come through as they are',
    instead:
      'DATETIME 9999-12-31, TIME beyond a day and below zero, BIT, NUL, padded CHAR, JSON: they come through ([values](values.md#exact)), so nothing is looked for. Rows that were not read',
  },
  {
    number: 12,
    trap: 'Rows of one transaction are spread over topics and partitions',
    instead: 'no matter of the source: the kit’s merge puts them together',
  },
  {
    number: 13,
    trap: 'Counters of a transaction begin anew when the connector restarts in it',
    instead: 'no matter of the source: the merge goes by GTID and position',
  },
  { number: 14, trap: 'Some transactions have a BEGIN and no END (DDL, XA)', instead: 'DDL: every source has some' },
  {
    number: 15,
    trap: 'Markers of Kafka’s transactions have offsets too',
    instead: 'no matter of the source: the kit goes by fetch positions',
  },
  {
    number: 16,
    trap: 'Messages come twice after a fault',
    instead: 'no matter of the source: projectors drop them by position',
  },
  { number: 17, trap: 'Unique secondary keys, when rows are written one by one', instead: null },
  {
    number: 18,
    trap: 'Several GTID domains; a topic that was made anew; keys that differ by case alone',
    instead: 'a topic that was deleted and is there again: the projector that knows its id stops (`topic-recreated`)',
  },
  { number: 19, trap: 'kafkajs: rebalances, slow handlers', instead: 'no matter of the source' },
  { number: 20, trap: 'Names of CommonJS packages', instead: 'no matter of the source' },
  {
    number: 21,
    trap: 'A connector that says RUNNING over a task that is FAILED',
    instead: 'a half-open connection to the source: `banyan status` and the age of read models tell',
  },
  { number: 22, trap: 'Whoever reaches Connect’s REST API has the source’s credentials', instead: 'who reaches it' },
  { number: 23, trap: 'The schema history is lost, expires or is out of order', instead: null },
  { number: 24, trap: 'Install scripts of npm packages', instead: 'no matter of the source' },
  {
    number: 25,
    trap: 'DDL that Debezium’s parser refuses, compressed events, sequences',
    instead:
      'a statement that somebody writes later, of a table that nobody captures too; REAL, FLOAT4 and CHAR BYTE, which the catalogue shows as other types',
  },
];
