import { setTimeout as delay, setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShadowQueue } from './shadow-queue.ts';

const noBytes = { bytes: 0 };
const forever = () => new Promise<void>(() => {});

async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + 3000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error('not within 3 seconds');
    await delay(5);
  }
}

describe('ShadowQueue', () => {
  it('runs nothing in the turn of the offer, then as many as may run at once, in order', async () => {
    const queue = new ShadowQueue({ atOnce: 2 });
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    for (let job = 0; job < 4; job++)
      queue.offer({
        ...noBytes,
        run: async () => {
          begun.push(job);
          await new Promise<void>((resolve) => ends.push(resolve));
        },
      });
    expect(begun).toEqual([]);
    await tick();
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await until(() => begun.length === 3);
    expect(queue.counts).toMatchObject({ waiting: 1, running: 2 });
    await queue.close();
  });

  it('drops and counts what does not fit', async () => {
    const queue = new ShadowQueue({ waiting: 3, atOnce: 1, bytes: 100 });
    const offer = (bytes: number) => queue.offer({ bytes, run: forever });
    expect([40, 61, 60, 1, 0, 0].map(offer)).toEqual([true, false, true, false, true, false]);
    await tick();
    expect(queue.counts).toEqual({ waiting: 2, running: 1, bytes: 100, dropped: 3, overdue: 0, broken: 0 });
    expect([Number.NaN, 0].map(offer)).toEqual([false, true]);
    await queue.close();
    expect(queue.counts).toEqual({ waiting: 0, running: 0, bytes: 0, dropped: 7, overdue: 0, broken: 0 });
    expect(offer(0)).toBe(false);
  });

  it('ends a job when its time is over, and goes on even if the job does not end', async () => {
    const queue = new ShadowQueue({ atOnce: 1, limitMs: 30 });
    let reason: unknown;
    queue.offer({
      ...noBytes,
      run: (signal) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return forever();
      },
    });
    let isDone = false;
    queue.offer({
      ...noBytes,
      run: async () => {
        isDone = true;
      },
    });
    await until(() => isDone);
    expect(reason).toMatchObject({ name: 'TimeoutError' });
    expect(queue.counts).toMatchObject({ overdue: 1, broken: 0, running: 0 });
  });

  it('goes on when jobs throw, and when whoever is told of it throws too', async () => {
    const told: unknown[] = [];
    const queue = new ShadowQueue({
      atOnce: 1,
      onBroken: (cause) => {
        told.push(cause);
        throw new Error('and so am I');
      },
    });
    queue.offer({
      bytes: 5,
      run: () => {
        throw new Error('thrown');
      },
    });
    queue.offer({ bytes: 5, run: () => Promise.reject(new Error('rejected')) });
    await until(() => queue.counts.broken === 2);
    expect(told).toEqual([new Error('thrown'), new Error('rejected')]);
    expect(queue.counts).toMatchObject({ bytes: 0, running: 0 });
  });

  it('closes at once, whatever runs', async () => {
    const queue = new ShadowQueue({ atOnce: 1 });
    let reason: unknown;
    queue.offer({
      ...noBytes,
      run: (signal) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return forever();
      },
    });
    queue.offer({ ...noBytes, run: forever });
    await tick();
    const start = performance.now();
    await queue.close();
    expect(performance.now() - start).toBeLessThan(1000);
    expect(reason).toMatchObject({ name: 'AbortError' });
    expect(queue.counts).toMatchObject({ waiting: 0, running: 0, dropped: 1, overdue: 0 });
  });

  it('never holds more than it may, and forgets no job', async () => {
    const job = fc.record({ bytes: fc.nat(40), turns: fc.nat(3), fails: fc.boolean(), pause: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { maxLength: 30 }), async (jobs) => {
        const queue = new ShadowQueue({ waiting: 5, atOnce: 2, bytes: 100 });
        let [taken, broken, ended, running, most, held] = [0, 0, 0, 0, 0, 0];
        for (const { bytes, turns, fails, pause } of jobs) {
          const run = async () => {
            most = Math.max(most, ++running);
            for (let turn = 0; turn < turns; turn++) await tick();
            running--;
            ended++;
            held -= bytes;
            if (fails) throw new Error('fails');
          };
          if (queue.offer({ bytes, run })) {
            taken++;
            if (fails) broken++;
            held += bytes;
          }
          expect(held).toBeLessThanOrEqual(100);
          expect(queue.counts.waiting).toBeLessThanOrEqual(5);
          if (pause) await tick();
        }
        for (let turn = 0; ended < taken && turn < 1000; turn++) await tick();
        await tick();
        expect(ended).toBe(taken);
        expect(most).toBeLessThanOrEqual(2);
        expect(queue.counts).toMatchObject({ waiting: 0, running: 0, bytes: 0, dropped: jobs.length - taken, broken });
      }),
    );
  });
});
