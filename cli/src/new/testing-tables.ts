import { groupsOf } from './dirty-rules.ts';
import { JoinedTables } from './joined-tables.ts';
import { keyOf } from './query-keys.ts';
import { readSelect } from './select-shape.ts';
import type { SourceColumn, SourceTable } from './source-schema.ts';

/** `id bigint, name varchar(9)? latin1_bin`; a `?` may be NULL. */
export function table(name: string, columns: string, key: string, more: Partial<SourceTable> = {}): SourceTable {
  const parsed = columns.split(', ').map((text): SourceColumn => {
    const [, column = '', type = '', maybe, collation] = /^(`[^`]+`|\w+) (\S+?)(\?)?(?: (\w+))?$/.exec(text) ?? [];
    const isText = /char|text|enum/.test(type);
    return {
      ...{ name: column.replaceAll('`', ''), type, isNullable: maybe === '?', isGenerated: false },
      collation: isText ? (collation ?? 'utf8mb4_general_ci') : null,
    };
  });
  const primary = key === '' ? [] : key.split(', ');
  return {
    ...{ database: 'shop', name, engine: 'InnoDB', rows: 3, columns: parsed, key: primary, foreignKeys: [] },
    keys: primary.length > 0 ? [{ name: 'PRIMARY', columns: primary, isUnique: true }] : [],
    ...more,
  };
}

export const shop = [
  table('customers', 'id bigint, city varchar(80)?, group_id int?', 'id'),
  table('groups', 'id int, name varchar(40)', 'id'),
  table('orders', 'id bigint, customer_id bigint?, status varchar(9), total decimal(9,2), placed datetime', 'id'),
  table('lines', 'order_id bigint, line int, sku varchar(24) latin1_bin, net decimal(9,2)', 'order_id, line'),
  table('products', 'sku varchar(24) latin1_bin, brand_id int?, title varchar(80)', 'sku'),
  table('texts', 'sku varchar(24) latin1_swedish_ci, lang char(2), title varchar(80)', 'sku, lang'),
];

/** Key, group and rules of a SELECT over `shop`, or why there are none. */
export function workedOut(select: string, tables: readonly SourceTable[] = shop) {
  const shape = readSelect(select);
  if ('unread' in shape) return shape;
  const joined = new JoinedTables(
    shape,
    new Map(
      [...shape.occurrences, ...shape.nested.flatMap(({ occurrences }) => occurrences)].map((one) => [
        one,
        tables.find(({ name }) => name === one.table)!,
      ]),
    ),
  );
  const key = keyOf(shape, joined);
  if ('why' in key) return key;
  const { group, rules } = groupsOf(key, joined);
  return {
    ...{ key: key.map(({ item }) => item.name), group },
    dirty: Object.fromEntries(rules.map(({ table: name, rule }) => [name, rule])),
    why: rules.flatMap(({ why }) => why ?? []),
  };
}
