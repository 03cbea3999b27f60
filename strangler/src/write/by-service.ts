import type { Answer, Patch, WriteRequest, WriteRoute } from '../route/declaration.ts';
import { type OwnerApi, OwnerSilent, problemCode, refusalText } from './owner-api.ts';

/** The service takes no write under this epoch: another owner, or another time of its own. */
export class NotTheOwner extends Error {
  override readonly name = 'NotTheOwner';
}

/** What a write came to. */
export interface Written {
  readonly answer: Answer;
  /** Null: nothing was written. `position` as MariaDB writes it; null when it is not carried to the monolith yet. */
  readonly done: { readonly position: string | null } | null;
}

/** How long the service may take, and how long of it it waits until the change has come to the monolith's table. */
const patchWithinMs = 2000;
const carryWaitMs = 500;

/** Statuses that a route's code makes the monolith's words of. */
const answered = new Set([200, 400, 404, 409, 422]);

/**
 * Has a route's code answer by the owning service. Rejects with NotTheOwner, or OwnerSilent when it cannot be answered; `mayBeDone` when
 * nobody knows whether it was.
 */
export async function writeByService(
  api: Pick<OwnerApi, 'send'>,
  route: WriteRoute,
  request: WriteRequest,
  epoch: number,
): Promise<Written> {
  let isAsked = false;
  let refusal: Error | null = null;
  let done: Written['done'] = null;
  const patch: Patch = async (key, values) => {
    if (isAsked) throw new TypeError(`${route.name}: a write patches one row, once`);
    isAsked = true;
    try {
      const said = await api.send(route.owner.service, patchOf(route, request, epoch, key, values));
      const code = problemCode(said.body);
      if (said.status === 409 && code === 'not-the-owner') throw new NotTheOwner(said.body.detail ?? code);
      if (!answered.has(said.status)) {
        const mayBeDone = said.status >= 500 && code !== 'filling';
        throw new OwnerSilent(`${route.owner.service}: ${refusalText(said.status, said.body)}`, { mayBeDone });
      }
      if (said.status === 200) done = { position: positionIn(said.body) };
      return said;
    } catch (error) {
      refusal = error as Error;
      throw error;
    }
  };
  try {
    const answer = await route.write(request, patch);
    if (refusal) throw refusal; // Whatever the route's code makes of it, the client must hear that.
    return { answer, done };
  } catch (error) {
    if (refusal) throw refusal;
    const text = `the code of '${route.name}': ${(error as Error).message}`;
    throw new OwnerSilent(text, { mayBeDone: done !== null, cause: error });
  }
}

function patchOf(
  { owner: { table, path = `/${table}` } }: WriteRoute,
  { headers }: WriteRequest,
  epoch: number,
  key: string,
  values: Readonly<Record<string, unknown>>,
) {
  const sent = headers['idempotency-key'];
  const isKey = typeof sent === 'string' && /^[!-~]{1,200}$/.test(sent);
  return {
    method: 'PATCH',
    path: `${path}/${encodeURIComponent(key)}?wait-ms=${carryWaitMs}`,
    headers: { 'banyan-epoch': String(epoch), ...(isKey && { 'idempotency-key': sent }) },
    body: values,
    withinMs: patchWithinMs,
  } as const;
}

const positionIn = (body: { readonly position?: unknown } | null): string | null =>
  typeof body?.position === 'string' ? body.position : null;
