import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { createQueryApi, type Server } from './index.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingClient, testingClient } from './testing-client.ts';

const table = (source: string, key: string, columns: Record<string, string>) => ({
  source: `bank.${source}`,
  key: [key],
  path: `/${source}`,
  columns,
});

const projection = mirror({
  name: 'api-test',
  tables: {
    wide: table('wide', 'id', {
      id: 'bigint',
      tiny: 'tinyint',
      medium: 'mediumint unsigned',
      whole: 'int unsigned',
      big: 'bigint',
      ubig: 'bigint unsigned',
      filled: 'bigint(20) unsigned zerofill',
      amount: 'decimal(38,10)',
      single: 'float',
      double: 'double',
      fixed: 'char(5)',
      name: 'varchar(40)',
      note: 'text',
      doc: 'json',
      kind: "enum('a','b')",
      tags: "set('x','y')",
      bits: 'bit(9)',
      four: 'binary(4)',
      bytes: 'varbinary(10)',
      day: 'date',
      at: 'datetime(6)',
      second: 'datetime',
      moment: 'timestamp(3)',
      span: 'time(3)',
      year: 'year',
    }),
    texts: table('texts', 'k', { k: 'varchar(80) collate utf8mb4_bin', n: 'int' }),
    folded: table('folded', 'k', { k: 'varchar(80) collate utf8mb4_general_ci' }),
    plain: table('plain', 'k', { k: 'char(36) character set ascii collate ascii_bin' }),
    decimals: table('decimals', 'k', { k: 'decimal(38,10)' }),
    days: table('days', 'k', { k: 'date' }),
    moments: table('moments', 'k', { k: 'timestamp(6)' }),
    blobs: table('blobs', 'k', { k: 'binary(16)' }),
    years: table('years', 'k', { k: 'year' }),
    naturals: table('naturals', 'k', { k: 'bigint unsigned' }),
    hidden: { source: 'bank.hidden', key: ['a', 'b'], columns: { a: 'int', b: 'int' } },
  },
});

let database: TestDatabase;
let api: Server;
let url: string;
let client: TestingClient;
const run = (sql: string) => database.session.run(sql);

beforeAll(async () => {
  database = await testDatabase(projection);
  await run(
    "UPDATE banyan_checkpoint SET position = '0-1-1575', committed_at_ms = UNIX_TIMESTAMP(NOW(3)) * 1000, state = 'streaming'",
  );
  api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
  url = await api.listen({ port: 0 });
  client = await testingClient(url);
}, 60_000);

afterAll(async () => {
  await api?.close();
  await database?.[Symbol.asyncDispose]();
});

describe('values', () => {
  it('come out exactly as they are in the database', async () => {
    await run(`INSERT INTO wide VALUES (9223372036854775807, -128, 16777215, 4294967295, -9223372036854775808,
      18446744073709551615, 42, '-1234567890123456789012345678.1000000000', 0.1, 0.1, 'ab', 'a😀"\\\\', 'é', '{"a": 1.0}',
      'b', 'x,y', b'100000001', x'6162', x'00ff', '2026-02-28', '2026-02-28 08:30:00', '2026-02-28 08:30:00',
      '2026-02-28 08:30:00', '-838:59:59', 1999)`);
    const { status, body, headers } = await client.get('/wide/9223372036854775807');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: '9223372036854775807',
      tiny: -128,
      medium: 16777215,
      whole: 4294967295,
      big: '-9223372036854775808',
      ubig: '18446744073709551615',
      filled: '42',
      amount: '-1234567890123456789012345678.1000000000',
      single: 0.1,
      double: 0.1,
      fixed: 'ab',
      name: 'a😀"\\',
      note: 'é',
      doc: '{"a": 1.0}',
      kind: 'b',
      tags: 'x,y',
      bits: 'AQE=',
      four: 'YWIAAA==',
      bytes: 'AP8=',
      day: '2026-02-28',
      at: '2026-02-28 08:30:00.000000',
      second: '2026-02-28 08:30:00',
      moment: '2026-02-28 08:30:00.000',
      span: '-838:59:59.000',
      year: 1999,
    });
    expect(body.position.gtid).toBe('0-1-1575');
    expect(headers.get('banyan-position')).toBe('0-1-1575');
    expect(headers.get('banyan-age-ms')).toBe(String(body.position.ageMs));
    expect(headers.get('age')).toBeNull();
  });

  it('are null where they are NULL', async () => {
    await run('INSERT INTO wide (id) VALUES (-1)');
    const { body } = await client.get('/wide/-1');
    const { id, ...others } = body.data;
    expect(id).toBe('-1');
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  it('of a FLOAT are the shortest number that is that FLOAT, of a DOUBLE all of it', async () => {
    await run('INSERT INTO wide (id, single, `double`) VALUES (77, 16777217, 0.30000000000000004)');
    const { body } = await client.get('/wide/77');
    expect([body.data.single, body.data.double]).toEqual([16777216, 0.30000000000000004]);
  });
});

describe('age', () => {
  const aged = async (committedAgoMs: number | null, freshAgoMs: number | null) => {
    const ago = (ms: number | null) => (ms === null ? 'NULL' : `UNIX_TIMESTAMP(NOW(3)) * 1000 - ${ms}`);
    await run(
      `UPDATE banyan_checkpoint SET committed_at_ms = ${ago(committedAgoMs)}, fresh_at_ms = ${ago(freshAgoMs)}`,
    );
    return (await client.get('/wide/1')).body.position.ageMs as number | null;
  };
  const hourMs = 3_600_000;

  it('counts from the later of the two times', async () => {
    for (const [committed, fresh] of [
      [hourMs, 2 * hourMs],
      [2 * hourMs, hourMs],
      [hourMs, null],
      [null, hourMs],
    ] as const) {
      const ageMs = await aged(committed, fresh);
      expect(Math.floor(ageMs! / hourMs)).toBe(1);
    }
  });

  it('is null when neither is known, and 0 when the source is ahead of our clock', async () => {
    expect(await aged(null, null)).toBeNull();
    expect((await client.get('/wide/1')).headers.has('banyan-age-ms')).toBe(false);
    expect(await aged(-hourMs, null)).toBe(0);
  });
});

describe('keys', () => {
  const statusOf = async (path: string) => (await client.get(path)).status;
  const codeOf = async (path: string) => (await client.get(path)).body.type.split(':').at(-1);

  it('of numbers are never made of a text that is none', async () => {
    await run('INSERT IGNORE INTO wide (id) VALUES (0), (1), (2)');
    for (const key of [
      '1abc',
      '1.0',
      '1e0',
      '+1',
      '%201',
      '1%20',
      '1%0A',
      '0x1',
      "1'",
      '1%00',
      '',
      '%D9%A1',
      '1 OR 1=1',
      '--1',
    ]) {
      expect([key, await codeOf(`/wide/${key}`)]).toEqual([key, 'invalid-key']);
      if (key === '+1' || key === '1 OR 1=1') continue;
      expect([key, await codeOf(`/wide?after=${key}`)]).toEqual([key, 'invalid-key']);
    }
    expect(await statusOf('/wide/1')).toBe(200);
    expect(await statusOf('/wide/001')).toBe(200);
  });

  it('beyond the range of their column are refused, at its ends they are found', async () => {
    await run('INSERT IGNORE INTO wide (id) VALUES (-9223372036854775808), (9223372036854775807)');
    await run('INSERT IGNORE INTO naturals VALUES (0), (18446744073709551615), (18446744073709551614)');
    expect(await statusOf('/wide/-9223372036854775808')).toBe(200);
    expect(await statusOf('/wide/9223372036854775807')).toBe(200);
    expect(await statusOf('/wide/9223372036854775806')).toBe(404);
    expect(await codeOf('/wide/9223372036854775808')).toBe('invalid-key');
    expect(await codeOf('/wide/-9223372036854775809')).toBe('invalid-key');
    expect((await client.get('/naturals/18446744073709551615')).body.data).toEqual({ k: '18446744073709551615' });
    expect(await codeOf('/naturals/-1')).toBe('invalid-key');
    expect(await codeOf('/naturals/18446744073709551616')).toBe('invalid-key');
  });

  it('of text are decoded once and bound, whatever they hold', async () => {
    const keys = [
      '',
      "' OR '1'='1",
      'a/b',
      '%2F',
      'a+b',
      'a b',
      '?limit=1',
      '#',
      '\\',
      '`',
      ';--',
      '😀',
      'é',
      '\u0000',
      '\n',
      'x'.repeat(80),
    ];
    for (const [n, key] of keys.entries()) await database.session.run('INSERT INTO texts VALUES (?, ?)', [key, n]);
    for (const [n, key] of keys.entries()) {
      const { status, body } = await client.get(`/texts/${encodeURIComponent(key)}`);
      expect([status, body.data]).toEqual([200, { k: key, n }]);
    }
    expect(await statusOf(`/texts/${encodeURIComponent("x' OR 1=1 -- ")}`)).toBe(404);
    for (const broken of ['%', '%zz', '%FF', '%E0%A4', '%C0%AF']) {
      expect([broken, await codeOf(`/texts/${broken}`)]).toEqual([broken, 'malformed-request']);
      expect([broken, await codeOf(`/texts?after=${broken}`)]).toEqual([broken, 'invalid-parameter']);
    }
  });

  it('of text compare as the source compares them', async () => {
    await run("INSERT INTO folded VALUES ('Müller')");
    expect((await client.get('/folded/M%C3%9CLLER')).body.data).toEqual({ k: 'Müller' });
    expect(await statusOf('/texts/%C3%89')).toBe(404);
  });

  it('with characters that their column cannot hold are refused', async () => {
    await run("INSERT INTO plain VALUES ('?')");
    expect(await codeOf('/plain/%F0%9F%98%80')).toBe('invalid-key');
    expect(await codeOf('/plain?after=%C3%A9')).toBe('invalid-key');
    expect(await statusOf('/plain/%3F')).toBe(200);
  });

  it('of decimals, dates, times, years and bytes are found as the rows write them', async () => {
    const found = {
      decimals: ['-1234567890123456789012345678.0000000001', '0.0000000000'],
      days: ['2024-02-29', '1000-01-01'],
      moments: ['2026-02-28 08:30:00.000001', '2026-02-28 08:30:00.000000'],
      blobs: ['xMpCOKC5I4INzFCab3WEmw==', 'AAAAAAAAAAAAAAAAAAAAAA=='],
      years: ['1970', '0'],
    };
    for (const [name, keys] of Object.entries(found)) {
      for (const key of keys) {
        await database.session.run(`INSERT INTO ${name} VALUES (?)`, [
          name === 'blobs' ? Buffer.from(key, 'base64') : name === 'years' ? Number(key) : key,
        ]);
      }
      for (const key of keys) {
        const { status, body } = await client.get(`/${name}/${encodeURIComponent(key)}`);
        expect([status, String(body.data?.k)]).toEqual([200, key]);
      }
    }
    expect(await codeOf('/days/2026-02-29')).toBe('invalid-key');
    expect(await codeOf('/years/70')).toBe('invalid-key');
    expect(await codeOf('/blobs/xMpCOKC5I4INzFCab3WEmw')).toBe('invalid-key');
    expect(await codeOf('/decimals/0.00000000001')).toBe('invalid-key');
    expect(await statusOf('/moments/9999-12-31%2023:59:59')).toBe(404);
  });

  it('that no row has are answered with the position they are not there at', async () => {
    const { status, body, headers } = await client.get('/wide/404');
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:problem-type:banyan:key-not-found', position: { gtid: '0-1-1575' } });
    expect(headers.get('banyan-position')).toBe('0-1-1575');
  });
});

describe('pages', () => {
  async function walk(path: string, limit: number): Promise<unknown[][]> {
    const pages: unknown[][] = [];
    let after: string | null = null;
    do {
      const { status, body } = await client.get(
        `/${path}?limit=${limit}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      expect(status).toBe(200);
      pages.push(body.data.map((row: Record<string, unknown>) => Object.values(row)[0]));
      after = body.next;
    } while (after !== null);
    return pages;
  }

  it.each(['wide', 'texts', 'folded', 'plain', 'decimals', 'days', 'moments', 'blobs', 'years', 'naturals'])(
    'of %s have each row once, in the order of the key',
    async (name) => {
      const key = name === 'wide' ? 'id' : 'k';
      const rows = await database.session.rows<{ k: string | number | Buffer }>(
        `SELECT ${key} k FROM ${name} t ORDER BY t.${key}`,
      );
      const expected = rows.map(({ k }) => (Buffer.isBuffer(k) ? k.toString('base64') : k));
      expect(expected.length).toBeGreaterThan(0);
      for (const limit of [1, 2, 3, 1000]) {
        const pages = await walk(name, limit);
        expect(pages.flat()).toEqual(expected);
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)!.length).toBeGreaterThan(0);
      }
    },
  );

  it('of many rows go on where the last one ended, and are of 100 rows unless asked otherwise', async () => {
    await run('INSERT IGNORE INTO wide (id) SELECT CAST(seq AS SIGNED) - 300 FROM seq_1_to_600');
    const { body } = await client.get('/wide');
    expect(body.data).toHaveLength(100);
    expect(body.next).toBe(body.data.at(-1).id);
    const all = (await walk('wide', 70)).flat().map((key) => BigInt(key as string));
    expect(all).toEqual(all.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(all).size).toBe(
      Number((await database.session.rows<{ n: string }>('SELECT COUNT(*) n FROM wide'))[0]!.n),
    );
  });

  it('of an empty table, and after the last row, are empty', async () => {
    await run('DELETE FROM years');
    expect((await client.get('/years')).body).toMatchObject({ data: [], next: null, position: { gtid: '0-1-1575' } });
    expect((await client.get('/wide?after=9223372036854775807')).body.data).toEqual([]);
  });

  it('take each parameter once, and none they do not know', async () => {
    for (const query of [
      'limit=0',
      'limit=1001',
      'limit=1e2',
      'limit=',
      'limit=-1',
      'limit=1&limit=1',
      'after=1&after=2',
      'page=1',
      'Limit=1',
      'limit',
      '%FF=1',
      'limit=1%',
    ]) {
      const { status, body } = await client.get(`/wide?${query}`);
      expect([query, status, body.type]).toEqual([query, 400, 'urn:problem-type:banyan:invalid-parameter']);
    }
    expect((await client.get('/wide/1?limit=1')).body.type).toBe('urn:problem-type:banyan:invalid-parameter');
    expect((await client.get('/wide?limit=1000&')).status).toBe(200);
  });
});

describe('HTTP', () => {
  it('answers HEAD like GET without the content', async () => {
    for (const path of [
      '/wide/1',
      '/wide?limit=2',
      '/wide/404',
      '/wide/x',
      '/live',
      '/ready',
      '/openapi.json',
      '/metrics',
    ]) {
      const [get, head] = [await client.get(path), await client.get(path, 'HEAD')];
      expect([path, head.status, head.text]).toEqual([path, get.status, '']);
    }
  });

  it('says that a table cannot be written, and what has no path is not there', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await fetch(`${url}/wide/1`, { method, ...(method !== 'OPTIONS' && { body: '{}' }) });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
      expect((await fetch(`${url}/nowhere`, { method })).status).toBe(404);
    }
    for (const path of ['/', '/hidden', '/wide/1/2', '/Wide/1', '/banyan_checkpoint', '/metrics/x']) {
      expect([path, (await client.get(path)).body.type]).toEqual([path, 'urn:problem-type:banyan:unknown-route']);
    }
  });

  it('never answers with SQL, a stack or a cookie, nor to other origins', async () => {
    const { headers } = await client.get('/wide/1');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect((await client.get('/wide/404')).headers.get('cache-control')).toBe('no-store');
    for (const path of ['/wide/x', '/plain/%C3%A9', '/nowhere', '/texts/%FF']) {
      expect((await client.get(path)).text).not.toMatch(/SELECT|banyan_checkpoint| at .*\.ts|node_modules/);
    }
  });
});

describe('/ready and /metrics', () => {
  it('follow what the checkpoint says', async () => {
    const told = async (state: string, agoMs: number) => {
      await run(
        `UPDATE banyan_checkpoint SET state = '${state}', reason = 'a reason', fresh_at_ms = NULL, committed_at_ms = UNIX_TIMESTAMP(NOW(3)) * 1000 - ${agoMs}`,
      );
      const { status, body } = await client.get('/ready');
      return [status, body.ready, body.state, body.reason, body.position];
    };
    expect(await told('streaming', 0)).toEqual([200, true, 'streaming', 'a reason', '0-1-1575']);
    expect(await told('waiting', 0)).toEqual([200, true, 'waiting', 'a reason', '0-1-1575']);
    expect(await told('stopped', 0)).toEqual([503, false, 'stopped', 'a reason', '0-1-1575']);
    expect(await told('streaming', 3_600_000)).toEqual([503, false, 'streaming', 'a reason', '0-1-1575']);
    const { text } = await client.get('/metrics');
    expect(text).toMatch(/^banyan_position_age_seconds\{projection="api-test"\} 3\d{3}(\.\d+)?$/m);
    expect(text).toContain('banyan_projection_state{projection="api-test",state="streaming"} 1\n');
    expect(text).toContain('banyan_projection_state{projection="api-test",state="stopped"} 0\n');
    expect(text).toContain('banyan_read_model_up{projection="api-test"} 1\n');
    expect(text).toMatch(
      /^http_server_request_duration_seconds_count\{http_request_method="GET",http_route="\/wide\/:key",http_response_status_code="200"\} \d+$/m,
    );
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });
});

describe('/openapi.json', () => {
  it('was compared with an answer of every kind that a healthy read model gives', () => {
    for (const method of ['GET', 'HEAD']) {
      expect(client.compared).toContain(`${method} /wide/{id} 200`);
      expect(client.compared).toContain(`${method} /wide/{id} 404`);
      expect(client.compared).toContain(`${method} /wide/{id} 400`);
      expect(client.compared).toContain(`${method} /wide 200`);
    }
    expect(client.compared).toContain('GET /wide 400');
    expect(client.compared).toContain('GET /ready 503');
  });
});
