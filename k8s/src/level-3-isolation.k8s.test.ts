import { randomInt } from 'node:crypto';
import { services } from '@banyan/cli';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { type Answered, allReady, applyDemo, asService, jobEnd, k, transferArrives, until } from './demo-cluster.ts';
import { kubectl } from './kubectl.ts';
import { type Manifest, parsed, rendered, templateOf } from './manifests.ts';

jest.setTimeout(400_000);

const names = (await services()).map(({ name }) => name);

beforeAll(async () => {
  await applyDemo();
  await allReady(360_000);
});

describe('the database account of a service', () => {
  it.each(names)('%s: reads its own read model, and of no other anything', async (name) => {
    const others = names.filter((other) => other !== name);
    const [own, databases, ...refused] = await asService(name, [
      'SELECT projection FROM banyan_checkpoint',
      'SHOW DATABASES',
      ...others.flatMap((other) => [
        `SELECT projection FROM \`${other}\`.banyan_checkpoint`,
        `INSERT INTO \`${other}\`.banyan_stop VALUES ()`,
        `CREATE DATABASE \`${other}__proof\``,
      ]),
      'SELECT User FROM mysql.user',
    ]);
    expect(own).toEqual({ rows: [{ projection: name }] });
    const seen = (databases as { rows: { Database: string }[] }).rows.map(({ Database }) => Database);
    expect(seen.sort()).toEqual([name, 'information_schema']);
    expect(refused).toHaveLength(3 * others.length + 1);
    const denied = /^(Access|SELECT command|INSERT command) denied (for|to) user /;
    expect(refused.filter((one) => !denied.test(refusalIn(one)))).toEqual([]);
  });
});

const refusalIn = (answer: Answered): string => ('refused' in answer ? answer.refused : '');

describe('under any UID, with GID 0, as OpenShift gives it', () => {
  const own = /^registry\.example\/banyan\//;
  let manifests: Manifest[];
  beforeAll(async () => {
    const isOwn = (one: Manifest) => templateOf(one)?.spec.containers.some(({ image }) => own.test(image)) === true;
    manifests = parsed(await rendered('demo')).filter(
      (one) => ['Deployment', 'CronJob'].includes(one.kind) && isOwn(one),
    );
  });
  afterAll(async () => {
    await applyDemo('--force-conflicts');
    await allReady(240_000);
  });

  it.each([1, 2, 3])('each of our images does its work (%s)', async (turn) => {
    const uid = randomInt(1_000_000_000, 2_000_000_000);
    await kubectl(
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      manifests.map((one) => stringify(under(uid, one))).join('---\n'),
    );
    await allReady(300_000);
    const workloads = manifests.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
    for (const name of workloads) {
      // The one that it replaces may still be about to end.
      const said = await until(`${name} runs as ${uid}`, 60_000, async () => {
        const ids = await k('exec', `deployment/${name}`, '--', 'sh', '-c', 'id -u; id -g; touch /here || echo no');
        return ids.startsWith(String(uid)) && ids;
      });
      expect([name, said.trim().split('\n')]).toEqual([name, [String(uid), '0', 'no']]);
    }
    // The bank, the worker, a projector and an API serve; the command and a proof come to their end.
    await transferArrives(120_000);
    for (const from of ['connector', 'accounts-prove']) {
      const job = `${from}-${turn}`;
      await k('create', 'job', job, `--from=cronjob/${from}`);
      expect(await jobEnd(job)).toMatchObject({ code: 0 });
      expect(await k('get', 'pods', '-l', `batch.kubernetes.io/job-name=${job}`, '-o', uidPath)).toBe(`${uid} 0`);
    }
  });
});

const uidPath = 'jsonpath={.items[0].spec.securityContext.runAsUser} {.items[0].spec.securityContext.runAsGroup}';

function under(uid: number, one: Manifest): Manifest {
  const copy = structuredClone(one);
  const spec = templateOf(copy)!.spec as { securityContext: Record<string, unknown> };
  spec.securityContext = { ...spec.securityContext, runAsUser: uid, runAsGroup: 0 };
  return copy;
}
