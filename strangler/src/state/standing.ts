/** What a service's query API says of itself. */
export interface Standing {
  readonly service: string;
  /** Why nothing is known of it now; null while it answers. */
  readonly silence: string | null;
  /** What its projector does; null when that is not known. */
  readonly state: string | null;
  readonly reason: string | null;
  /** It has no position yet. */
  readonly isFilling: boolean;
  /** So long ago everything the source had committed was in its read model; null when that is not known. */
  readonly ageMs: number | null;
  /** Null when it is not known. */
  readonly proof: ProofStanding | null;
}

export interface ProofStanding {
  readonly state: 'equal' | 'different' | 'repaired' | 'unproved';
  /** How long ago the part of it was compared that was compared first. */
  readonly checkedAgoMs: number | null;
  readonly differences: number;
}

interface Ready {
  readonly state: string | null;
  readonly reason: string | null;
  readonly position: string | null;
  readonly ageMs: number | null;
}

/** A standing without a word of the service. */
export const silent = (service: string, silence: string): Standing => ({
  service,
  silence,
  state: null,
  reason: null,
  isFilling: false,
  ageMs: null,
  proof: null,
});

/** Asks a query API for /ready and /proof. Never rejects, never takes longer than the limit. */
export async function askStanding(service: string, url: string, limitMs: number): Promise<Standing> {
  const signal = AbortSignal.timeout(limitMs);
  // /ready answers 503 with the reason in the same body.
  const get = async (path: string) => (await (await fetch(`${url}${path}`, { signal })).json()) as unknown;
  try {
    const [ready, proof] = await Promise.all([get('/ready'), get('/proof')]);
    if (!isReady(ready) || !isProof(proof)) return silent(service, `${url} is no query API`);
    const { state, reason, position, ageMs } = ready;
    if (state === null && position === null) return silent(service, reason ?? 'its database does not answer');
    const isFilling = position === null;
    return { service, silence: null, state, reason, isFilling, ageMs, proof };
  } catch (error) {
    const { name, message, cause } = error as {
      name: string;
      message: string;
      cause?: { message?: string; code?: string };
    };
    const why = signal.aborted ? `no answer within ${limitMs} ms` : cause?.message || cause?.code || message;
    return silent(service, name === 'SyntaxError' ? `${url} answers with what is no JSON` : why);
  }
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isAge = (value: unknown): boolean => value === null || (typeof value === 'number' && value >= 0);

function isReady(body: unknown): body is Ready {
  const { state, reason, position, ageMs } = (body ?? {}) as Record<string, unknown>;
  return isTextOrNull(state) && isTextOrNull(reason) && isTextOrNull(position) && isAge(ageMs);
}

function isProof(body: unknown): body is ProofStanding {
  const { state, checkedAgoMs, differences } = (body ?? {}) as Record<string, unknown>;
  const isKnown = state === 'equal' || state === 'different' || state === 'repaired' || state === 'unproved';
  return isKnown && isAge(checkedAgoMs) && typeof differences === 'number';
}
