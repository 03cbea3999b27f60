import { type ColumnDeclaration, mirror } from '@banyan/kit';

const of = (name: string, columns: Readonly<Record<string, ColumnDeclaration>>) =>
  mirror({ name, tables: { things: { source: 'bank.things', key: ['id'], columns: { id: 'bigint', ...columns } } } });

/** Services over one table that is altered under them; `thing-titles` and `thing-amounts-4` are what two of them become. */
export const things = [
  of('thing-turns', { turn: 'int', kind: "enum('x','y','z')" }),
  of('thing-labels', { turn: 'int', label: 'varchar(40)' }),
  of('thing-titles', { turn: 'int', label: { type: 'varchar(40)', from: ['title', 'label'] } }),
  of('thing-amounts', { amount: 'decimal(10,2)' }),
  of('thing-amounts-4', { amount: 'decimal(12,4)' }),
  of('thing-extras', { extra: 'varchar(10)', at: 'datetime' }),
];
