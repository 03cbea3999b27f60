import { samplesIn } from './prometheus.ts';

/** One process of a service, as its /ready and /metrics tell. What it does not say is null. */
export interface ServiceState {
  readonly name: string;
  readonly role: 'project' | 'serve';
  readonly url: string;
  /** A projector's or read model's state; `silent` when the process does not answer, `stopped` when it does not run. */
  readonly state: string;
  readonly ready: boolean;
  readonly code: string | null;
  readonly reason: string | null;
  readonly position: string | null;
  /** How long ago everything the source had committed was in the read model. */
  readonly ageMs: number | null;
  /** Rows and transactions that this process has applied; a projector's only. */
  readonly rows: number | null;
  readonly transactions: number | null;
  /** Messages between the checkpoint and the ends of the topics; a projector's only. */
  readonly lag: number | null;
  /** What is known of its equality with the source; an API's only. */
  readonly proof: ProofSeen | null;
}

export interface ProofSeen {
  readonly state: 'equal' | 'different' | 'repaired' | 'unproved';
  readonly position: string | null;
  readonly checkedAgoMs: number | null;
  readonly differences: number;
}

export interface ServiceAddress {
  readonly name: string;
  readonly role: 'project' | 'serve';
  readonly url: string;
}

interface Ready {
  readonly ready?: boolean;
  readonly state?: string | null;
  readonly code?: string | null;
  readonly reason?: string | null;
  readonly position?: string | null;
  readonly ageMs?: number | null;
}

const nothing = {
  ready: false,
  code: null,
  position: null,
  ageMs: null,
  rows: null,
  transactions: null,
  lag: null,
  proof: null,
};

export const notRunning = (service: ServiceAddress): ServiceState => ({
  ...service,
  ...nothing,
  state: 'stopped',
  reason: 'it does not run',
});

/** Never takes longer than the limit, never rejects. */
export async function serviceState(service: ServiceAddress, limitMs: number): Promise<ServiceState> {
  const signal = AbortSignal.timeout(limitMs);
  const get = async (path: string) => (await fetch(`${service.url}${path}`, { signal })).text();
  try {
    const asked = [get('/ready'), get('/metrics'), service.role === 'serve' ? get('/proof') : null];
    const [ready, metrics, proof] = (await Promise.all(asked)) as [string, string, string | null];
    const said = JSON.parse(ready) as Ready;
    return {
      ...service,
      state: said.state ?? (said.ready ? 'ready' : 'unknown'),
      ready: said.ready === true,
      code: said.code ?? null,
      reason: said.reason ?? null,
      position: said.position || null,
      ageMs: said.ageMs ?? null,
      ...counted(service.role, metrics),
      proof: proof === null ? null : (JSON.parse(proof) as ProofSeen),
    };
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
    const why = signal.aborted ? `no answer within ${limitMs / 1000} s` : cause?.message || cause?.code || message;
    return { ...service, ...nothing, state: 'silent', reason: `${service.url} does not answer: ${why}` };
  }
}

function counted(role: ServiceAddress['role'], metrics: string): Pick<ServiceState, 'rows' | 'transactions' | 'lag'> {
  if (role === 'serve') return { rows: null, transactions: null, lag: null };
  const samples = samplesIn(metrics);
  const sum = (name: string): number | null => {
    const values = samples.filter((sample) => sample.name === `banyan_projector_${name}`).map(({ value }) => value);
    return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
  };
  return { rows: sum('rows_applied_total'), transactions: sum('transactions_applied_total'), lag: sum('lag_messages') };
}
