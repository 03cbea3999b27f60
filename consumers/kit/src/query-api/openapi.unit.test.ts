import { describe, expect, it } from '@jest/globals';
import { KitError } from '../errors.ts';
import { mirror } from '../projection/declaration.ts';
import { createQueryApi } from './index.ts';
import { openApi } from './openapi.ts';
import { servedTables } from './served-table.ts';

const projection = mirror({
  name: 'accounts',
  tables: {
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      path: '/accounts',
      columns: { id: 'bigint', balance: 'decimal(19,4)', 'odd name': 'varchar(3)' },
    },
    limits: { source: 'bank.limits', key: ['odd key'], path: '/limits', columns: { 'odd key': 'int' } },
    hidden: { source: 'bank.hidden', key: ['id'], columns: { id: 'bigint' } },
  },
});
const document = openApi({
  projection,
  tables: servedTables(projection),
  pageSize: 100,
  maxPageSize: 500,
  maxWaitMs: 10_000,
  auth: true,
  // biome-ignore lint/suspicious/noExplicitAny: it is JSON
}) as any;

function* refsIn(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  for (const [name, value] of Object.entries(part)) {
    if (name === '$ref') yield value;
    else yield* refsIn(value);
  }
}

describe('the document', () => {
  it('has the paths of the tables that have one, and those of every service', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/accounts/{id}',
      '/accounts',
      '/accounts/changes',
      '/accounts/{id}/changes',
      '/limits/{key}',
      '/limits',
      '/limits/changes',
      '/limits/{key}/changes',
      '/live',
      '/ready',
      '/proof',
      '/metrics',
      '/openapi.json',
    ]);
  });

  it('has references that lead somewhere, and uses all it has', () => {
    const refs = new Set(refsIn(document));
    for (const ref of refs) {
      const found = ref
        .split('/')
        .slice(1)
        .reduce((part, step) => part?.[step], document);
      expect([ref, typeof found]).toEqual([ref, 'object']);
    }
    for (const name of Object.keys(document.components.headers)) expect(refs).toContain(`#/components/headers/${name}`);
  });

  it('describes parameters, and for each operation a name of its own', () => {
    const names = new Set<string>();
    for (const [path, item] of Object.entries<Record<string, { operationId: string; parameters?: unknown }>>(
      document.paths,
    )) {
      expect(Object.keys(item)).toEqual(['get', 'head']);
      for (const operation of Object.values(item)) names.add(operation.operationId);
      const parameters = (item.get!.parameters ?? []) as { name: string; in: string; required: boolean }[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name, required }) => [name, required])).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]),
      );
    }
    expect(names.size).toBe(2 * Object.keys(document.paths).length);
    const [after, limit] = document.paths['/accounts'].get.parameters;
    expect(after).toMatchObject({ name: 'after', in: 'query', required: false, schema: { type: 'string' } });
    expect(limit.schema).toEqual({ type: 'integer', minimum: 1, maximum: 500, default: 100 });
  });

  it('describes rows column by column', () => {
    expect(document.components.schemas.accounts).toEqual({
      type: 'object',
      required: ['id', 'balance', 'odd name'],
      additionalProperties: false,
      properties: {
        id: { type: 'string', description: '`bigint`', pattern: '^-?\\d{1,19}$', examples: ['9223372036854775807'] },
        balance: {
          type: ['string', 'null'],
          description: '`decimal(19,4)`',
          pattern: '^-?\\d{1,15}\\.\\d{4}$',
          examples: ['12.5000'],
        },
        'odd name': { type: ['string', 'null'], description: '`varchar(3)`', maxLength: 3 },
      },
    });
  });
});

describe('a path at a table whose key cannot be written in one', () => {
  it('is refused before anything is opened', () => {
    const wrong = mirror({
      name: 'wrong',
      tables: { t: { source: 'bank.t', key: ['k'], path: '/t', columns: { k: 'double' } } },
    });
    const database = { host: '127.0.0.1', port: 1, user: '', password: '', database: '' };
    expect(() => createQueryApi({ projection: wrong, database, freshWithinMs: 1, auth: 'off' })).toThrow(
      new KitError('declaration', "wrong.t.k: a key of type 'double' cannot be served by a path"),
    );
  });

  it('says how owned columns are written, and of which tables', () => {
    const owning = mirror({
      name: 'owning',
      tables: {
        people: {
          source: 's.people',
          key: ['id'],
          path: '/people',
          owned: ['city'],
          columns: { id: 'bigint', name: 'varchar(9)', city: 'varchar(9)' },
        },
      },
    });
    const limits = { pageSize: 100, maxPageSize: 500, maxWaitMs: 10_000, auth: false };
    // biome-ignore lint/suspicious/noExplicitAny: it is JSON
    const { paths } = openApi({ projection: owning, tables: servedTables(owning), ...limits }) as any;
    expect(Object.keys(paths['/people/{id}'])).toEqual(['get', 'head', 'patch']);
    expect(paths['/people/{id}'].patch.requestBody.content['application/json'].schema.properties).toEqual({
      city: { type: ['string', 'null'], description: '`varchar(9)`', maxLength: 9 },
    });
    const methods = Object.entries(paths).flatMap(([path, one]) =>
      path.startsWith('/owned') ? [[path, Object.keys(one as object)]] : [],
    );
    expect(methods).toEqual([
      ['/owned/people', ['get', 'head']],
      ['/owned/people/owner', ['put']],
      ['/owned/people/disputes', ['get', 'head']],
      ['/owned/people/disputes/{id}', ['post']],
    ]);
  });
});
