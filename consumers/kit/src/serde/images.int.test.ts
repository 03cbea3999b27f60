import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChangeEvent } from '../change-event/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { kafkaJsTransport } from '../transport/index.ts';
import { decodeChunk, Schemas } from './index.ts';

// A NULL came as the DEFAULT of its column, in both images, and nothing said so.
const columns = `id INT PRIMARY KEY, word VARCHAR(9) DEFAULT 'x', number INT DEFAULT 5, exact DECIMAL(9,2) DEFAULT 1.50,
  day DATE DEFAULT '2000-01-02', flag TINYINT(1) DEFAULT 1, kind ENUM('a', 'b') DEFAULT 'a', big BIGINT UNSIGNED DEFAULT 7,
  must VARCHAR(9) NOT NULL DEFAULT 'm'`;
const empty = { word: null, number: null, exact: null, day: null, flag: null, kind: null, big: null, must: 'm' };
const nulls = 'NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT';
const preset = {
  word: 'x',
  number: 5,
  exact: '1.50',
  day: '2000-01-02',
  flag: 1,
  kind: 'a',
  big: '7',
  must: 'm',
};
const write = (table: string) => `INSERT INTO ${table} VALUES (2, ${nulls}); INSERT INTO ${table} (id) VALUES (3);
  UPDATE ${table} SET number = 5 WHERE id = 2; UPDATE ${table} SET number = NULL WHERE id = 2;
  UPDATE ${table} SET must = DEFAULT, word = NULL WHERE id = 3; DELETE FROM ${table} WHERE id = 2`;
const written = [
  ['create', null, { id: 2, ...empty }],
  ['create', null, { id: 3, ...preset }],
  ['update', { id: 2, ...empty }, { id: 2, ...empty, number: 5 }],
  ['update', { id: 2, ...empty, number: 5 }, { id: 2, ...empty }],
  ['update', { id: 3, ...preset }, { id: 3, ...preset, word: null }],
  ['delete', { id: 2, ...empty }, null],
];

let captured: CapturedSource;
beforeAll(async () => {
  captured = await CapturedSource.open();
  await captured.source.query(`CREATE TABLE early (${columns}); INSERT INTO early VALUES (1, ${nulls})`);
  await captured.capture(['early', 'late']);
  await captured.source.query(write('early'));
  await captured.source.query(`CREATE TABLE late (${columns}); ${write('late')}`);
}, 120_000);
afterAll(() => captured?.[Symbol.asyncDispose](), 60_000);

async function changesOf(table: string, count: number): Promise<ChangeEvent[]> {
  const schemas = new Schemas(captured.stack.registryUrl);
  await using transport = kafkaJsTransport({ brokers: [captured.stack.kafka], clientId: 'kit-test' });
  const reader = await transport.read([
    { topic: `${captured.name}.${captured.name}.${table}`, partition: 0, offset: 0n },
  ]);
  const changes: ChangeEvent[] = [];
  try {
    await eventually(`${count} changes of ${table}`, async () => {
      for (const chunk of await reader.next(100))
        for (const record of await decodeChunk(schemas, 'changes', chunk))
          if (record.kind === 'change') changes.push(record.change);
      return changes.length >= count;
    });
  } finally {
    await reader.close();
  }
  return changes;
}

it.each([
  ['in the snapshot and in the stream', 'early', [['read', null, { id: 1, ...empty }], ...written]],
  ['of a table made meanwhile', 'late', written],
])(
  'a NULL is NULL in both images, %s, and a DEFAULT the DEFAULT',
  async (_, table, expected) => {
    const changes = await changesOf(table, expected.length);
    expect(changes.map(({ operation, before, after }) => [operation, before, after])).toEqual(expected);
  },
  60_000,
);
