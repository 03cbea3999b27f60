import { coversAll, formatPosition, type Gtid, parsePosition } from '@banyan/kit';
import { Pool } from 'undici';
import type { Answer, ServiceAnswer } from '../route/declaration.ts';
import type { Matched } from '../route/route-table.ts';

export interface ServicesOptions {
  /** The query APIs by the names of their services. */
  readonly urls: Readonly<Record<string, string>>;
  /** A bearer token that may read for everybody, as it is now; null where tokens are not checked. */
  readonly token: () => string | null;
  /** Connections to each, and four times as many for those that wait for a position; default 64. */
  readonly connections?: number;
}

/** What the answers of one request have to keep to. */
export interface AskLimits {
  /** As MariaDB writes it; null: as it stands. */
  readonly atLeast: string | null;
  readonly waitMs: number;
  /** All of it, waiting too. */
  readonly withinMs: number;
  readonly freshWithinMs: number;
}

/** Why a service's answer does not count; the monolith answers instead. */
export class ServiceSilent extends Error {
  override readonly name = 'ServiceSilent';
  /** It answers, and has not come to the position that was asked for. */
  readonly isBehind: boolean;

  constructor(message: string, isBehind = false) {
    super(message);
    this.isBehind = isBehind;
  }
}

export class Services {
  readonly #pools: ReadonlyMap<string, Pool>;
  /** Of those that wait for a position: nobody else stands in a queue behind them. */
  readonly #waitingPools: ReadonlyMap<string, Pool>;
  readonly #token: () => string | null;

  constructor({ urls, token, connections = 64 }: ServicesOptions) {
    const pools = (count: number) =>
      new Map(Object.entries(urls).map(([name, url]) => [name, new Pool(url, { connections: count })]));
    this.#pools = pools(connections);
    this.#waitingPools = pools(4 * connections);
    this.#token = token;
  }

  has(service: string): boolean {
    return this.#pools.has(service);
  }

  /** What a route makes of the services' answers, null when it leaves the request to the monolith. Rejects with whatever makes it not count. */
  async answer({ route, request }: Matched, limits: AskLimits): Promise<Answered> {
    const deadline = AbortSignal.timeout(limits.withinMs);
    const standing: Standing = { position: null, ageMs: null };
    const positions = new Map<string, string>();
    const answer = await route.answer(request, async (service, path) => {
      const said = await this.#ask(service, path, noOlder(limits, service, positions), deadline);
      positions.set(service, said.position);
      standing.position = older(standing.position, said.position);
      standing.ageMs = Math.max(standing.ageMs ?? 0, said.ageMs);
      return said;
    });
    return { answer, standing };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values(), ...this.#waitingPools.values()].map((pool) => pool.destroy()));
  }

  async #ask(service: string, path: string, limits: AskLimits, signal: AbortSignal): Promise<Said> {
    const pool = (limits.atLeast === null ? this.#pools : this.#waitingPools).get(service);
    if (!pool) throw new ServiceSilent(`no address of '${service}' is known`);
    const token = this.#token();
    const { statusCode, headers, body } = await pool
      .request({
        path: asked(path, limits),
        method: 'GET',
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        signal,
      })
      .catch((error: Error) => {
        throw new ServiceSilent(
          `${service}: ${signal.aborted ? `no answer within ${limits.withinMs} ms` : error.message}`,
        );
      });
    const text = await body.text().catch((error: Error) => {
      throw new ServiceSilent(`${service}: ${error.message}`);
    });
    const answer = { status: statusCode, body: documentOf(service, text) };
    const trouble = troubleOf(answer, headers, limits.freshWithinMs);
    const isBehind = String(answer.body?.type).endsWith(':position-not-reached');
    if (trouble !== null) throw new ServiceSilent(`${service}: ${trouble}`, isBehind);
    return { ...answer, position: String(headers['banyan-position']), ageMs: Number(headers['banyan-age-ms']) };
  }
}

interface Said extends ServiceAnswer {
  readonly position: string;
  readonly ageMs: number;
}

export interface Answered {
  readonly answer: Answer | null;
  readonly standing: Standing;
}

/** Where the answers stand, the oldest of them. */
export interface Standing {
  position: string | null;
  ageMs: number | null;
}

/** How long a service is waited for that is behind another one that has answered already. */
const stragglerMs = 300;

/** The monolith's own reads of one request see no older state than those before them: nor do those of several services. */
function noOlder(limits: AskLimits, service: string, positions: ReadonlyMap<string, string>): AskLimits {
  const others = [...positions].filter(([name]) => name !== service).map(([, position]) => position);
  if (others.length === 0) return limits;
  const all = limits.atLeast === null ? others : [limits.atLeast, ...others];
  return { ...limits, atLeast: furthest(all), waitMs: Math.max(limits.waitMs, stragglerMs) };
}

function furthest(positions: readonly string[]): string {
  const newest = new Map<number, Gtid>();
  for (const gtid of positions.flatMap((text) => [...(parsePosition(text)?.values() ?? [])])) {
    if ((newest.get(gtid.domain)?.sequence ?? -1n) < gtid.sequence) newest.set(gtid.domain, gtid);
  }
  return formatPosition(newest);
}

function older(one: string | null, other: string): string {
  const [first, second] = [parsePosition(one ?? ''), parsePosition(other)];
  return one !== null && first && second && coversAll(second, first) ? one : other;
}

function asked(path: string, { atLeast, waitMs }: AskLimits): string {
  if (atLeast === null) return path;
  return `${path}${path.includes('?') ? '&' : '?'}at-least=${atLeast}&wait-ms=${Math.round(waitMs)}`;
}

function documentOf(service: string, text: string): ServiceAnswer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceSilent(`${service}: it answered no JSON`);
  }
}

/** 404 is an answer when it is about the row; nothing counts that is stale or is not true for some keys. */
function troubleOf({ status, body }: ServiceAnswer, headers: Headers, freshWithinMs: number): string | null {
  const isAnswer = status === 200 || (status === 404 && String(body?.type).endsWith(':key-not-found'));
  if (!isAnswer) return `${status} ${body?.type ?? ''} ${body?.detail ?? ''}`;
  if (headers['banyan-position'] === undefined) return 'its answer has no position';
  if (headers['banyan-position-except'] !== undefined) return `${headers['banyan-position-except']} keys are parked`;
  const ageMs = Number(headers['banyan-age-ms'] ?? Number.NaN);
  return ageMs <= freshWithinMs ? null : `its answer is ${ageMs} ms old`;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;
