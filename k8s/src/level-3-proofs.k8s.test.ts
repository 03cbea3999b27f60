import { services } from '@banyan/cli';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { addressOf, allReady, applyDemo, asService, jobEnd, k, secret } from './demo-cluster.ts';
import { kubectl } from './kubectl.ts';

jest.setTimeout(400_000);

const names = (await services()).map(({ name }) => name);

beforeAll(async () => {
  await applyDemo();
  await allReady(360_000);
});

describe('a proof in the cluster', () => {
  const proof = async (service: string) =>
    (await (await fetch(`${await addressOf(`${service}-api`)}/proof`)).json()) as Record<string, unknown>;
  const prove = async (service: string, job: string) => {
    await k('create', 'job', job, `--from=cronjob/${service}-prove`);
    return jobEnd(job);
  };

  it.each(names)('of %s, begun by hand from its schedule, says equal, and the API tells it', async (service) => {
    const { code, log } = await prove(service, `${service}-first`);
    expect({ code, log }).toEqual({ code: 0, log: expect.stringContaining('"message":"equal"') });
    for (const name of [`${service}-read-db`, 'source-db-catalog'])
      expect(log).not.toContain(await secret(name, 'password'));
    expect(await proof(service)).toMatchObject({ state: 'equal', differences: 0, checkedAgoMs: expect.any(Number) });
  });

  it('names a row that is not as the source has it; the same as repair puts it right', async () => {
    const [least] = await asService('accounts', ['SELECT MIN(id) AS id FROM ledger_lines']);
    const { id } = (least as { rows: [{ id: number }] }).rows[0];
    await asService('accounts', [`UPDATE ledger_lines SET amount = amount + 987654 WHERE id = ${id}`]);
    const { code, log } = await prove('accounts', 'accounts-differs');
    expect(code).toBe(1);
    expect(log).toMatch(
      new RegExp(`"a row is different","table":"ledger_lines","key":\\["${id}"\\],"columns":\\["amount"\\]`),
    );
    expect(log).not.toContain('987654');
    expect(await proof('accounts')).toMatchObject({ state: 'different', differences: 1 });
    // It is not tried again: that would find the same.
    expect(await k('get', 'job', 'accounts-differs', '-o', 'jsonpath={.status.failed}')).toBe('1');

    const like = ['--from=cronjob/accounts-prove', '--dry-run=client', '-o', 'yaml'];
    const job = await k('create', 'job', 'accounts-repair', ...like);
    await kubectl(['apply', '-f', '-'], job.replace(/- prove$/m, '- repair'));
    expect(await jobEnd('accounts-repair')).toMatchObject({ code: 0, log: expect.stringContaining('"repaired":1') });
    expect(await proof('accounts')).toMatchObject({ state: 'repaired' });
    expect(await prove('accounts', 'accounts-again')).toMatchObject({ code: 0 });
    expect(await proof('accounts')).toMatchObject({ state: 'equal' });
  });
});
