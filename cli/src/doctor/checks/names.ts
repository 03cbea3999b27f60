import { topicName } from '@banyan/connectors';
import type { SchemaFacts } from '../facts/schema.ts';
import type { Check, Place } from '../finding.ts';
import { reservedWords } from './reserved-words.ts';

const page = 'reference/doctor.md#names';

export const nameChecks: readonly Check<SchemaFacts>[] = [
  {
    code: 'topic-shared',
    severity: 'error',
    traps: [11],
    is: 'tables whose names make one topic',
    happens:
      'what Kafka does not allow in a name becomes an underscore: rows of both tables come in one topic, and nobody can tell them apart',
    remedy: 'capture one of them, or rename the other',
    page,
    find: ({ tables }) => shared(tables.map(({ id }) => ({ name: topicName(id), id }))),
  },
  {
    code: 'field-shared',
    severity: 'error',
    traps: [11],
    is: 'columns whose names make one field',
    happens:
      'what Avro does not allow in a name becomes an underscore: the schema has one field twice, and the task fails',
    remedy: 'exclude one of them (column.exclude.list), or rename it',
    page,
    find: ({ tables }) =>
      tables.flatMap(({ id, columns }) =>
        shared(columns.map(({ name }) => ({ name: fieldName(name), id: `${id}.${name}` }))),
      ),
  },
  {
    code: 'name-adjusted',
    severity: 'note',
    traps: [11],
    is: 'a name with blanks, signs or letters that Kafka or Avro do not allow',
    happens: 'topic and fields have underscores in their place',
    remedy: 'know it when the topic is read by other means; a declaration names it as the source does',
    page,
    find: (facts) => named(facts, (name, isColumn) => (isColumn ? fieldName(name) !== name : topicName(name) !== name)),
  },
  {
    code: 'name-reserved',
    severity: 'note',
    traps: [11],
    is: 'a name that is a reserved word of SQL',
    happens: 'a statement that does not quote it fails; Banyan quotes all names',
    remedy: 'quote it, in the SELECT of a query too',
    page,
    find: (facts) => named(facts, (name) => reservedWords.has(name.toUpperCase())),
  },
  {
    code: 'name-of-object',
    severity: 'note',
    traps: [11],
    is: 'a name that every object of JavaScript has (__proto__, constructor)',
    happens: 'code that keeps rows in plain objects loses it, or more; Banyan’s reader keeps it',
    remedy: 'give it another name in the declaration (from)',
    page,
    find: (facts) => named(facts, (name) => name === '__proto__' || name in {}),
  },
];

/** As the connector makes an Avro name of it (field.name.adjustment.mode=avro). */
const fieldName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^\d/, '_$&');

function shared(all: readonly { readonly name: string; readonly id: string }[]): Place[] {
  return [...Map.groupBy(all, ({ name }) => name)]
    .filter(([, same]) => same.length > 1)
    .map(([name, same]) => ({
      where: same[0]!.id,
      what: `${same.map(({ id }) => id).join(' and ')} are both ${name}`,
    }));
}

function named({ tables }: SchemaFacts, isIt: (name: string, isColumn: boolean) => boolean): Place[] {
  return tables
    .filter(({ kind }) => kind !== 'SEQUENCE')
    .flatMap(({ id, name, columns }) => [
      ...(isIt(name, false) ? [{ where: id }] : []),
      ...columns.filter((column) => isIt(column.name, true)).map((column) => ({ where: `${id}.${column.name}` })),
    ]);
}
