import type { Finding } from '@banyan/strangler';
import { CliError } from '../errors.ts';
import type { Facade } from './facade.ts';

/** The gate said no, or a switch was not done: what was found is more than one text. */
export class RefusedByGate extends CliError {
  readonly findings: readonly Finding[];

  constructor(code: string, message: string, findings: readonly Finding[], remedy: string | null) {
    const isForceable = code === 'gate-refused' && !remedy?.includes('cannot be forced');
    super(code, message, {
      remedy: isForceable ? 'wait until it holds, or say why it is moved all the same: --force --reason TEXT' : remedy,
    });
    this.findings = findings;
  }
}

interface ProblemAnswer {
  readonly type?: string;
  readonly detail?: string;
  readonly remedy?: string | null;
  readonly findings?: readonly Finding[];
}

const withinMs = 15_000;

/** Asks the admin port. Throws CliError with the code of its problem, or `facade-silent`. */
export async function askFacade<T>({ url, token }: Facade, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
  const sent = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  const signal = AbortSignal.timeout(withinMs);
  const answer = await fetch(`${url}${path}`, { headers, signal, redirect: 'error', ...sent }).catch((error) => {
    const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
    const why = signal.aborted ? `no answer within ${withinMs / 1000} s` : cause?.message || cause?.code || message;
    throw new CliError('facade-silent', `${url} does not answer: ${why}`, {
      remedy: 'see that the facade runs',
      cause: error,
    });
  });
  const said = await answer.json().catch(() => null);
  if (said !== null && answer.ok) return said as T;
  throw refusalOf(url, answer.status, (said ?? {}) as ProblemAnswer);
}

function refusalOf(url: string, status: number, { type, detail, remedy, findings }: ProblemAnswer): CliError {
  const code = /^urn:problem-type:banyan:(.+)$/.exec(type ?? '')?.[1];
  if (!code) return new CliError('facade-silent', `${url} answers ${status}, and not as a facade does`);
  if (findings) return new RefusedByGate(code, detail ?? code, findings, remedy ?? null);
  return new CliError(code, detail ?? code, {
    remedy: remedy ?? (status === 403 ? 'use a token with the scopes routes:read and routes:write' : null),
  });
}
