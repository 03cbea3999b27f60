import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { schemathesisFindings, schemathesisMissing } from '../testkit/schemathesis.ts';
import { createQueryApi, type Server } from './index.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingIssuer, testingIssuer } from './testing-issuer.ts';

const projection = mirror({
  name: 'fuzzed',
  tables: {
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      path: '/accounts',
      owner: 'customer_id',
      filters: ['customer_id', 'kind', 'city', 'day', 'at', 'amount'],
      columns: {
        id: 'bigint',
        customer_id: 'bigint',
        kind: "enum('a','b')",
        city: 'varchar(9)',
        day: 'date',
        at: 'datetime(6)',
        amount: 'decimal(19,4)',
        single: 'float',
        bytes: 'varbinary(9)',
      },
    },
    pairs: {
      source: 'bank.pairs',
      key: ['a', 'b'],
      path: '/pairs',
      filters: ['b'],
      owned: ['c', 'd', 'e'],
      columns: {
        a: 'smallint unsigned',
        b: 'varchar(20) collate utf8mb4_bin',
        c: 'varchar(5)',
        d: 'decimal(9,2)',
        e: 'int',
      },
    },
  },
});

let database: TestDatabase;
let issuer: TestingIssuer;
let api: Server;
let url: string;

beforeAll(async () => {
  database = await testDatabase(projection);
  issuer = await testingIssuer();
  const now = 'UNIX_TIMESTAMP(NOW(3)) * 1000';
  for (const sql of [
    `UPDATE banyan_checkpoint SET position = '0-1-9', state = 'streaming', committed_at_ms = ${now}, fresh_at_ms = ${now}`,
    `INSERT INTO accounts SELECT seq, seq MOD 3, 'a', 'Köln', '2026-02-28', '2026-02-28 08:30:00', seq / 7, 0.1, x'00ff' FROM seq_0_to_300`,
    "INSERT INTO pairs (a, b) VALUES (0, ''), (0, '0'), (1, 'a/b')",
    "UPDATE banyan_owner SET owner = 'service', epoch = 1",
  ])
    await database.session.run(sql);
  const rest = { freshWithinMs: 86_400_000, maxWaitMs: 20, auth: issuer.rules };
  api = createQueryApi({ projection, database: database.access, ...rest });
  url = await api.listen({ port: 0 });
}, 60_000);
afterAll(async () => {
  await api?.close();
  await issuer?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const missing = await schemathesisMissing();
const test = missing === null ? it : it.skip;

describe('/openapi.json', () => {
  test(`is true for thousands of made-up requests${missing === null ? '' : ` (skipped: ${missing})`}`, async () => {
    const token = await issuer.token({ scope: 'read:* write:* own:*' });
    expect(await schemathesisFindings({ url, token, coverage: true, examples: 60 })).toBe('');
  }, 180_000);
});
