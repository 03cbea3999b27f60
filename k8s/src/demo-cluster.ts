import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kubectl } from './kubectl.ts';

const namespace = 'banyan';
const overlay = join(import.meta.dirname, '../overlays/demo');

export const applyDemo = (...options: string[]) => kubectl(['apply', '--server-side', ...options, '-k', overlay]);

/** Waits until `look` gives something; throws at the limit with what it threw last. */
export async function until<T>(what: string, limitMs: number, look: () => Promise<T | false | undefined>): Promise<T> {
  let last = 'nothing';
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(500)) {
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s; the last look gave: ${last}`);
}

export const k = async (...args: string[]): Promise<string> => (await kubectl(['-n', namespace, ...args])).out;

export interface Pod {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
  readonly status: {
    readonly podIP: string;
    readonly containerStatuses: readonly {
      readonly containerID: string;
      readonly state: { readonly terminated?: { readonly exitCode: number } };
    }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

export async function pods(selector: string): Promise<Pod[]> {
  const { items } = JSON.parse(await k('get', 'pods', '-l', selector, '-o', 'json')) as { items: Pod[] };
  return items;
}

export const podsOf = (name: string, component: string): Promise<Pod[]> =>
  pods(`app.kubernetes.io/name=${name},app.kubernetes.io/component=${component}`);

/** The address of a Service, which this machine can reach. */
export async function addressOf(service: string): Promise<string> {
  return `http://${await k('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}')}:8080`;
}

export async function secret(name: string, key: string): Promise<string> {
  return Buffer.from(
    await k('get', 'secret', name, '-o', `jsonpath={.data.${key.replaceAll('.', '\\.')}}`),
    'base64',
  ).toString();
}

/** Waits until each Deployment and StatefulSet has the pods it wants, of its newest template, ready; says now and then what it waits for. */
export async function allReady(limitMs: number, say: (text: string) => void = () => {}): Promise<void> {
  let saidMs = Date.now();
  await until('all of it is ready', limitMs, async () => {
    const { items } = JSON.parse(await k('get', 'deployments,statefulsets', '-o', 'json')) as { items: Workload[] };
    const waiting = items.filter(({ metadata, spec, status }) => {
      const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
      return (
        observedGeneration < metadata.generation || updatedReplicas < spec.replicas || readyReplicas < spec.replicas
      );
    });
    const text = `waiting for ${waiting.map(({ metadata }) => metadata.name).join(', ')}`;
    if (waiting.length > 0 && Date.now() - saidMs > 10_000) {
      saidMs = Date.now();
      say(text);
    }
    if (waiting.length > 0) throw new Error(text);
    return items.length > 0;
  });
}

interface Workload {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

/** Which of a service's projectors leads. */
export async function leaderOf(service: string): Promise<Pod> {
  return until(`${service} has a projector that leads`, 60_000, async () => {
    for (const pod of await podsOf(service, 'project')) {
      const answer = await fetch(`http://${pod.status.podIP}:8080/ready`, { signal: AbortSignal.timeout(2000) }).catch(
        () => null,
      );
      const { state } = answer ? ((await answer.json()) as { state: string }) : { state: '' };
      if (state === 'streaming') return pod;
    }
    return false;
  });
}

/** How a Job ended: the exit code of its newest pod, and what that has logged. */
export async function jobEnd(name: string): Promise<{ readonly code: number; readonly log: string }> {
  await until(`the job ${name} ends`, 250_000, async () => {
    const { status } = JSON.parse(await k('get', 'job', name, '-o', 'json')) as Job;
    return (status.conditions ?? []).some(
      ({ type, status: is }) => ['Complete', 'Failed'].includes(type) && is === 'True',
    );
  });
  const all = await pods(`batch.kubernetes.io/job-name=${name}`);
  const newest = all.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1))[0]!;
  const { terminated } = newest.status.containerStatuses[0]!.state;
  return { code: terminated!.exitCode, log: await k('logs', newest.metadata.name) };
}

interface Job {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Lines {
  readonly data: readonly { readonly amount: string }[];
  readonly position: { readonly gtid: string };
}

/** Makes a transfer at the monolith, and waits until its two lines are read from the query API. */
export async function transferArrives(limitMs = 30_000): Promise<Lines> {
  const [bank, accounts] = await Promise.all([addressOf('bank'), addressOf('accounts-api')]);
  const authorization = `Bearer ${await secret('token-keys', 'token')}`;
  const response = await fetch(`${bank}/transfers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: 1, to: 2, amount: '0.01', purpose: 'all the way' }),
  });
  if (response.status !== 201) throw new Error(`the transfer was answered ${response.status}`);
  const { id } = (await response.json()) as { id: number };
  return until(`transfer ${id} is in the read model`, limitMs, async () => {
    const found = await fetch(`${accounts}/ledger-lines?transfer_id=${id}`, { headers: { authorization } });
    const seen = (await found.json()) as Lines;
    return found.status === 200 && seen.data.length > 0 && seen;
  });
}

export type Answered = { readonly rows: readonly Readonly<Record<string, unknown>>[] } | { readonly refused: string };

/** Runs statements in the pod of a service's API, as that service, with nothing but what the pod has; each is answered or refused. */
export async function asService(service: string, statements: readonly string[]): Promise<Answered[]> {
  const script = `import mysql from 'mysql2/promise';
    import { readFileSync } from 'node:fs';
    const { READ_DB_HOST: host, READ_DB_USER: user, READ_DB_NAME: database, READ_DB_PASSWORD_FILE: file } = process.env;
    const password = readFileSync(file, 'utf8');
    const connection = await mysql.createConnection({ host, user, database, password });
    const answers = [];
    for (const sql of process.argv.slice(1))
      answers.push(await connection.query(sql).then(([rows]) => ({ rows }), ({ message }) => ({ refused: message })));
    console.log(JSON.stringify(answers));
    await connection.end();`;
  const node = ['node', '--input-type=module', '-e', script, ...statements];
  return JSON.parse(await k('exec', `deployment/${service}-serve`, '--', ...node)) as Answered[];
}
