import { KitError } from '@banyan/kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appliedText, planText, shownPlan } from './render.ts';
import { Bench } from './testing-bench.ts';

const offsets = {
  topic: 'connect-offsets',
  partition: 12,
  producerId: 4711n,
  producerEpoch: 3,
  coordinatorEpoch: 0,
  startOffset: 33n,
  lastWrittenMs: Date.UTC(2026, 0, 2),
};
const forgotten =
  'connect-offsets/12 is held back at offset 33 by a transaction that Kafka has forgotten (producer 4711, last written 2026-01-02T00:00:00.000Z): nobody can end it, and whoever reads what is committed waits there for ever';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.fake.stop());

describe('a hanging transaction', () => {
  it('is shown by plan, which leaves it alone', async () => {
    await bench.apply();
    bench.transactions.transactions.push(offsets);
    const plan = await bench.plan();
    expect(planText(plan, [])).toContain(`\nto be aborted: ${forgotten}`);
    expect(JSON.parse(JSON.stringify(shownPlan(plan))).hanging).toEqual([
      {
        topic: 'connect-offsets',
        partition: 12,
        startOffset: '33',
        producerId: '4711',
        lastWritten: '2026-01-02T00:00:00.000Z',
      },
    ]);
    expect(bench.transactions.aborted).toEqual([]);
  });

  it('is ended by apply, which says so, and goes on', async () => {
    const table = { ...offsets, topic: 'bank.bank.cards', partition: 0 };
    bench.transactions.transactions.push(offsets, table);
    const applied = await bench.apply();
    expect(applied).toMatchObject({ outcome: 'created', ended: [offsets, table] });
    expect(bench.transactions.aborted).toEqual([offsets, table]);
    expect(bench.said).toContain(`${forgotten}; it is aborted now`);
    expect(appliedText(applied)).toContain(', hanging transactions aborted: 2; it streams');
    expect(await bench.apply()).toMatchObject({ outcome: 'unchanged', ended: [] });
  });

  it('is left alone when the offsets that belong to it are not held back: it may have been committed', async () => {
    bench.transactions.transactions.push({ ...offsets, topic: 'bank.bank.cards', partition: 0 });
    expect(await bench.apply()).toMatchObject({ outcome: 'created', ended: [] });
    expect(bench.transactions.aborted).toEqual([]);
    expect(bench.said.join('\n')).toContain('it is left alone');
  });

  it('is ended before Connect is waited for, as it may be what keeps it from answering', async () => {
    bench.transactions.transactions.push(offsets);
    bench.before = () => {
      if (bench.transactions.aborted.length === 0) throw new Error('Connect waits for the end of its own topic');
    };
    expect(await bench.apply()).toMatchObject({ outcome: 'created', ended: [offsets] });
  });

  it('is looked for anew when Kafka refuses to end it, as its producer may be back', async () => {
    bench.transactions.transactions.push(offsets);
    const abort = bench.transactions.abort.bind(bench.transactions);
    bench.transactions.abort = async () => {
      bench.transactions.known.add(offsets);
      bench.transactions.abort = abort;
      throw new KitError('kafka-unreachable', 'Kafka at kafka:9092: the producer is fenced');
    };
    expect(await bench.apply()).toMatchObject({ outcome: 'created', ended: [] });
    expect(bench.transactions.aborted).toEqual([]);
  });
});

describe('a transaction that is left alone', () => {
  it('goes on, however old it is', async () => {
    bench.transactions.transactions.push(offsets);
    bench.transactions.known.add(offsets);
    expect(await bench.apply()).toMatchObject({ outcome: 'created', ended: [] });
    expect((await bench.plan()).hanging).toEqual([]);
    expect(bench.transactions.aborted).toEqual([]);
  });

  it('is not judged when there is no time for two looks', async () => {
    const short = bench.with({ waitS: 4 });
    short.transactions.transactions.push(offsets);
    await expect(short.apply()).rejects.toMatchObject({ code: 'kafka-unreachable', mayHeal: true });
    expect(short.transactions.aborted).toEqual([]);
  });

  it('is in a topic of somebody else', async () => {
    bench.transactions.transactions.push({ ...offsets, topic: 'bank2.bank.cards' });
    expect(await bench.apply()).toMatchObject({ ended: [] });
  });

  it('may be hidden by an authorizer: it is told, and not judged', async () => {
    bench.transactions.transactions.push(offsets);
    bench.transactions.hides = true;
    expect(await bench.apply()).toMatchObject({ outcome: 'created', ended: [] });
    expect(bench.said.join('\n')).toMatch(/^connect-offsets\/12 is held back at offset 33 by a transaction; whether /m);
  });
});
