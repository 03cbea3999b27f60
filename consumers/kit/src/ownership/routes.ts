import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { MirrorTable } from '../projection/declaration.ts';
import type { ScopeCheck } from '../query-api/access.ts';
import { type ProblemCode, problem } from '../query-api/problem.ts';
import { Refused } from '../query-api/refused.ts';
import type { ServedTable } from '../query-api/served-table.ts';
import { keyOfPath, parametersOf, wholeOf } from '../query-api/table-query.ts';
import { keyRoute } from '../query-api/table-routes.ts';
import { CarriedWaits } from './carried-waits.ts';
import { decide, disputesOf } from './decide.ts';
import { OwnerStore, type Write, type Written } from './owner-store.ts';
import type { Sessions } from './sessions.ts';
import type { Owner } from './standing.ts';
import type { Values } from './values.ts';

export interface OwnershipRoutesOptions {
  readonly sessions: Sessions;
  readonly access: ScopeCheck;
  /** The greatest `wait-ms`. */
  readonly maxWaitMs: number;
}

type Body = Readonly<Record<string, unknown>>;

const owners = ['monolith', 'service', 'nobody'];

/** What a table with owned columns is asked for beside its rows: to write them, who owns them, and what is in dispute. */
export function ownershipRoutes(
  app: FastifyInstance,
  served: ServedTable,
  table: MirrorTable,
  options: OwnershipRoutesOptions,
): void {
  const { sessions, access, maxWaitMs } = options;
  const store = new OwnerStore(table, sessions);
  const waits = new CarriedWaits(store);
  const name = served.path.slice(1);
  const owning = `/owned${served.path}`;

  app.patch(keyRoute(served), async (request) => {
    await access(request, `write:${name}`);
    const waitMs = wholeOf(parametersOf(request, ['wait-ms']), 'wait-ms', 0, maxWaitMs, 0);
    const write: Write = {
      ...keyOf(request, served),
      values: valuesOf(request.body, table),
      epoch: epochOf(request.headers['banyan-epoch']),
      requestId: requestIdOf(request.headers['idempotency-key']),
    };
    const written = await store.write(write);
    if (written.outcome !== 'written') throw refusalOf(written);
    const { values, sequence } = written;
    const position = sequence === null ? null : await waits.position(sequence, waitMs);
    return { data: dataOf(table, values), sequence, position };
  });

  app.get(owning, async (request) => {
    await access(request, `own:${name}`);
    return await store.standing();
  });

  app.put(`${owning}/owner`, async (request) => {
    await access(request, `own:${name}`);
    const { owner, epoch } = bodyOf(request.body);
    if (!owners.includes(owner as string) || !Number.isSafeInteger(epoch) || Number(epoch) < 1)
      throw refused(
        'malformed-request',
        `it wants {"owner": one of ${owners.join(', ')}, "epoch": a whole number from 1 on}`,
      );
    const newer = await store.settle({ owner: owner as Owner, epoch: Number(epoch) });
    if (newer)
      throw refused('epoch-passed', `epoch ${newer.epoch} is here already, and its owner is ${newer.owner}`, {
        ...newer,
      });
    return await store.standing();
  });

  app.get(`${owning}/disputes`, async (request) => {
    await access(request, `own:${name}`);
    return {
      columns: table.owned.map((column) => column.name),
      disputes: await sessions.run((session) => disputesOf(session, table)),
    };
  });

  app.post(keyRoute({ ...served, path: `${owning}/disputes` }), async (request) => {
    const caller = await access(request, `own:${name}`);
    const { take, reason } = bodyOf(request.body);
    if ((take !== 'ours' && take !== 'theirs') || typeof reason !== 'string' || reason.trim() === '')
      throw refused('malformed-request', 'it wants {"take": "ours" or "theirs", "reason": why}');
    const { keyText } = keyOf(request, served);
    const who = caller?.subject ?? 'somebody on this machine';
    const decided = await sessions.run((session) => decide(session, table, { keyText, take, who, reason }));
    if (decided === 'not-the-owner') throw refused('not-the-owner', 'the monolith owns its rows');
    if (decided !== 'decided')
      throw refused(
        'key-not-found',
        decided === 'row-gone'
          ? 'the row is gone in the monolith: take theirs'
          : 'nothing is in dispute about this row',
      );
    return await store.standing();
  });
}

const refused = (code: ProblemCode, detail: string, members: Readonly<Record<string, unknown>> = {}): Refused =>
  new Refused(problem(code, detail, members));

function refusalOf(written: Exclude<Written, { outcome: 'written' }>): Refused {
  switch (written.outcome) {
    case 'not-the-owner': {
      const { owner, epoch } = written.tenure;
      return refused('not-the-owner', `the owner is ${owner}, by epoch ${epoch}`, { owner, epoch });
    }
    case 'no-row':
      return refused('key-not-found', 'there is none to be changed');
    case 'in-conflict':
      return refused('in-conflict', 'somebody else has changed the row in the monolith; it waits for a decision');
    case 'other-request':
      return refused('invalid-value', 'the idempotency-key was that of a write to another row');
    case 'does-not-fit':
      return refused('invalid-value', written.reason);
  }
}

function bodyOf(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refused('malformed-request', 'the body wants to be a JSON object');
  return body as Body;
}

function keyOf(request: FastifyRequest, served: ServedTable): Pick<Write, 'key' | 'keyText'> {
  const key = keyOfPath(request, served);
  return { key, keyText: JSON.stringify(key.map((part) => (Buffer.isBuffer(part) ? part.toString('base64') : part))) };
}

function valuesOf(body: unknown, { owned }: MirrorTable): ReadonlyMap<string, string | null> {
  const entries = Object.entries(bodyOf(body)).map(([name, value]): [string, string | null] => {
    if (!owned.some((column) => column.name === name))
      throw refused(
        'invalid-value',
        `'${name}' is none of the owned columns: ${owned.map((column) => column.name).join(', ')}`,
      );
    if (value === null) return [name, null];
    if (typeof value === 'string' || typeof value === 'number') return [name, String(value)];
    throw refused('invalid-value', `'${name}' wants a text, a number or null`);
  });
  if (entries.length === 0) throw refused('invalid-value', 'it names no column');
  return new Map(entries);
}

/** A client that shows none has not asked who the owner is. */
function epochOf(text: string | string[] | undefined): number {
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw refused(
    'malformed-request',
    'a write wants the field banyan-epoch: the epoch under which the service owns the table',
  );
}

function requestIdOf(text: string | string[] | undefined): string | null {
  if (text === undefined) return null;
  if (typeof text === 'string' && /^[\x21-\x7e]{1,200}$/.test(text)) return text;
  throw refused('malformed-request', 'idempotency-key wants 1 to 200 visible ASCII characters');
}

function dataOf({ owned }: MirrorTable, values: Values): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(
    owned.map(({ name, type }, index) => {
      const value = values[index]!;
      return [name, value !== null && type.json === 'integer' ? Number(value) : value];
    }),
  );
}
