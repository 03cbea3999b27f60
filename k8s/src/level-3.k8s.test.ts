import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  addressOf,
  allReady,
  applyDemo,
  isReady,
  k,
  leaderOf,
  podsOf,
  secret,
  transferArrives,
  until,
} from './demo-cluster.ts';
import { killPod } from './kill-pod.ts';
import { KubectlError, kubectl } from './kubectl.ts';
import { SteadyReader } from './steady-reader.ts';

jest.setTimeout(400_000);

let accounts: string;
let token: string;
let reader: SteadyReader | null = null;

beforeAll(async () => {
  await applyDemo();
  await allReady(360_000);
  [accounts, token] = await Promise.all([addressOf('accounts-api'), secret('token-keys', 'token')]);
});
afterAll(() => reader?.stop());

/** What is done while a client reads 200 times a second: no read fails, none is older than one before it. */
async function whileRead(what: () => Promise<void>): Promise<void> {
  reader = new SteadyReader(`${accounts}/accounts/1`, token, 200);
  try {
    await until('it is read', 10_000, async () => reader!.answered > 200);
    await what();
  } finally {
    await reader.stop();
  }
  expect({ failures: reader.failures.slice(0, 5), stale: reader.stale }).toEqual({ failures: [], stale: 0 });
  expect(reader.answered).toBeGreaterThan(200);
}

describe('the demo, as real pods', () => {
  it('carries a transfer from the monolith to a query API, with its position', async () => {
    const { data, position } = await transferArrives();
    expect(data.map(({ amount }) => amount).sort()).toEqual(['-0.0100', '0.0100']);
    expect(position.gtid).toMatch(/^0-1-\d+$/);
  });

  it('refuses who has no token', async () => {
    expect((await fetch(`${accounts}/accounts/1`)).status).toBe(401);
  });

  it('is the same when it is applied again', async () => {
    const generations = async () =>
      (
        await k(
          'get',
          'deployments,statefulsets,jobs,cronjobs,services,horizontalpodautoscalers',
          '-o',
          'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation} {.metadata.uid}{"\\n"}{end}',
        )
      ).split('\n');
    const before = await generations();
    expect((await applyDemo()).err).toBe('');
    expect(await generations()).toEqual(before);
  });

  it('shows no secret in anything but a Secret, nor in any log', async () => {
    const { items } = JSON.parse(await k('get', 'secrets', '-o', 'json')) as {
      items: { data: Record<string, string> }[];
    };
    const values = items.flatMap(({ data }) =>
      Object.entries(data)
        .filter(([key]) => key !== 'jwks.json')
        .map(([, value]) => Buffer.from(value, 'base64').toString()),
    );
    expect(values.length).toBeGreaterThan(10);
    const kinds = 'configmaps,deployments,statefulsets,jobs,cronjobs,pods,services,serviceaccounts,events';
    const logs = await Promise.all(
      (await k('get', 'pods', '-o', 'name'))
        .trim()
        .split('\n')
        .map((pod) => k('logs', pod, '--all-containers', '--tail=-1')),
    );
    const all = [await k('get', kinds, '-o', 'yaml'), ...logs].join('\n');
    expect(all.length).toBeGreaterThan(100_000);
    expect(values.filter((value) => all.includes(value))).toEqual([]);
  });
});

describe('under 200 reads a second', () => {
  beforeAll(async () => {
    await k('patch', 'horizontalpodautoscaler', 'accounts-serve', '--type=merge', '-p', '{"spec":{"minReplicas":2}}');
    await k('scale', 'deployment', 'accounts-project', '--replicas=2');
    await until('two of each', 120_000, async () => {
      const all = [await podsOf('accounts', 'serve'), await podsOf('accounts', 'project')];
      return all.every((some) => some.filter(isReady).length >= 2);
    });
  });

  it('a rollout of the API loses no read', () =>
    whileRead(async () => {
      await k('rollout', 'restart', 'deployment/accounts-serve');
      await k('rollout', 'status', 'deployment/accounts-serve', '--timeout=180s');
      await transferArrives();
    }));

  it('the projector that leads is killed: the other one goes on within 15 s, and no row is lost', () =>
    whileRead(async () => {
      killPod(await leaderOf('accounts'));
      await transferArrives(15_000);
    }));

  it('the Connect worker is killed: the task runs again by itself', () =>
    whileRead(async () => {
      const [worker] = await podsOf('connect', 'worker');
      killPod(worker!);
      await transferArrives(240_000);
    }));

  it('an image that does not start stops the rollout, and the old pods answer', () =>
    whileRead(async () => {
      await k('set', 'image', 'deployment/accounts-serve', 'serve=registry.example/banyan/accounts:broken');
      await until(
        'a pod that cannot be started',
        90_000,
        async () =>
          (await k('get', 'pods', '-l', 'app.kubernetes.io/name=accounts,app.kubernetes.io/component=serve')).match(
            /ErrImage|ImagePull/,
          ) !== null,
      );
      await transferArrives();
      await k('rollout', 'undo', 'deployment/accounts-serve');
      await k('rollout', 'status', 'deployment/accounts-serve', '--timeout=120s');
    }));

  it('a drain takes one pod of the API, and not the other one meanwhile', async () => {
    const [one, other] = (await podsOf('accounts', 'serve')).filter(isReady);
    await evict(one!.metadata.name);
    await expect(evict(other!.metadata.name)).rejects.toThrow(KubectlError);
    await until('two again', 90_000, async () => (await podsOf('accounts', 'serve')).filter(isReady).length >= 2);
  });
});

describe('the autoscaler', () => {
  it('adds pods of the API under load, and takes them away again', async () => {
    await k(
      'patch',
      'horizontalpodautoscaler',
      'accounts-serve',
      '--type=merge',
      '-p',
      '{"spec":{"minReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"AverageValue","averageValue":"100m"}}}]}}',
    );
    const wanted = async () =>
      Number(await k('get', 'deployment', 'accounts-serve', '-o', 'jsonpath={.spec.replicas}'));
    await until('one is enough', 180_000, async () => (await wanted()) === 1);
    reader = new SteadyReader(`${accounts}/accounts/1`, token, 300);
    try {
      await until('three are wanted', 180_000, async () => (await wanted()) === 3);
    } finally {
      await reader.stop();
    }
    await until('one is enough again', 240_000, async () => (await wanted()) === 1);
    // What was set by hand here is the manifests' again.
    await applyDemo('--force-conflicts');
    await allReady(120_000);
  });
});

async function evict(pod: string): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod, namespace: 'banyan' },
  });
  await kubectl(['create', '--raw', `/api/v1/namespaces/banyan/pods/${pod}/eviction`, '-f', '-'], body);
}
