import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isSnapshotLine, snapshotCost, unknownSnapshot } from './snapshot-cost.ts';

/** Lines of real workers: some of those around the snapshots were left out. */
const recorded = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, 'recordings', `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n');
const killed = recorded('worker-killed');
const stopped = recorded('stopped-two-threads');
const upTo = (lines: readonly string[], text: string): string[] =>
  lines.slice(0, lines.findIndex((line) => line.includes(text)) + 1);

describe('what a snapshot cost', () => {
  it('is read from the log of the worker that took it, also after the worker was killed and started again', () => {
    const cost = snapshotCost(killed, 'bank');
    expect(cost).toMatchObject({
      state: 'done',
      startedAt: '2026-11-28T03:16:07.463Z',
      endedAt: '2026-11-28T03:16:31.137Z',
      lockedMs: 11_857,
      ageMs: 23_262,
      rows: 7396,
      attempts: 1,
    });
    expect(cost.tables).toHaveLength(8);
    expect(cost.tables[0]).toEqual({ table: 'bank.accounts', rows: 1494, ms: 5508 });
    expect(cost.tables[2]).toEqual({ table: 'bank.card_operations', rows: 0, ms: 13 });
  });

  it('is that of the second try when the worker was killed in the middle of the first', () => {
    expect(snapshotCost(killed, 'probe')).toEqual({
      state: 'done',
      startedAt: '2026-11-28T03:19:00.837Z',
      endedAt: '2026-11-28T03:19:23.903Z',
      lockedMs: 492,
      ageMs: 23_006,
      rows: 100_003,
      tables: [
        { table: 'probe.big', rows: 100_000, ms: 22_454 },
        { table: 'probe.empty', rows: 0, ms: 1 },
        { table: 'probe.small', rows: 3, ms: 13 },
      ],
      attempts: 2,
    });
  });

  it('counts tries from the last one that was finished', () => {
    const again = killed.filter((line) => line.includes('-bank-'));
    expect(snapshotCost([...again, ...again], 'bank')).toMatchObject({ state: 'done', attempts: 1 });
  });

  it('grows while it runs, and its transaction with it', () => {
    const now = Date.parse('2026-11-28T03:16:26.875Z');
    expect(
      snapshotCost(upTo(killed, "Finished exporting 1494 records for table 'bank.accounts'"), 'bank', now),
    ).toEqual({
      state: 'running',
      startedAt: '2026-11-28T03:16:07.463Z',
      endedAt: null,
      lockedMs: 11_857,
      ageMs: 19_000,
      rows: 1494,
      tables: [{ table: 'bank.accounts', rows: 1494, ms: 5508 }],
      attempts: 1,
    });
    const locked = snapshotCost(upTo(killed, 'Snapshot step 5'), 'bank', now);
    expect(locked).toMatchObject({ state: 'running', lockedMs: null, ageMs: 19_000, rows: 0 });
  });

  it('is open to the end when the worker died: nobody wrote down when the transaction ended', () => {
    const dead = upTo(killed, '03:18:49.630 [main] INFO org.apache.kafka.connect.runtime.WorkerInfo');
    expect(snapshotCost(dead, 'probe')).toMatchObject({
      state: 'interrupted',
      endedAt: null,
      ageMs: null,
      lockedMs: 56,
    });
  });

  it('knows when it ended where the connector was stopped, and adds up chunks read by two threads', () => {
    const first = upTo(stopped, 'it will be re-executed');
    expect(snapshotCost(first, 'threads')).toMatchObject({
      state: 'interrupted',
      endedAt: '2026-11-28T03:20:55.540Z',
      lockedMs: 112,
      ageMs: 6154,
      rows: 0,
      attempts: 1,
    });
    expect(snapshotCost(stopped, 'threads')).toMatchObject({
      state: 'done',
      lockedMs: 36,
      rows: 100_003,
      tables: [
        { table: 'probe.big', rows: 100_000, ms: 25_703 },
        { table: 'probe.empty', rows: 0, ms: 3 },
        { table: 'probe.small', rows: 3, ms: 6 },
      ],
      attempts: 2,
    });
  });

  it('is not that of a connector beside it which reads tables of the same names', () => {
    const other = stopped.map((line) => line.replaceAll('-threads-', '-other-').replaceAll('[pool-7-', '[pool-9-'));
    const mixed = [...stopped, ...other].sort((one, two) => (one.slice(0, 23) < two.slice(0, 23) ? -1 : 1));
    expect(snapshotCost(mixed, 'threads').rows).toBe(100_003);
  });

  it('is unknown without a line about it, and takes no other connector for it', () => {
    expect(snapshotCost([], 'bank')).toEqual(unknownSnapshot);
    expect(snapshotCost(killed, 'ban')).toEqual(unknownSnapshot);
    expect(
      snapshotCost(['', 'not a line', '[x] INFO - y', '2026 [a] INFO io.debezium.XSnapshotChangeEventSource - '], 'a'),
    ).toEqual(unknownSnapshot);
  });

  it('stands in the snapshot lines alone', () => {
    const few = killed.filter(isSnapshotLine);
    expect(few.length).toBeLessThan(killed.length);
    for (const name of ['bank', 'probe']) expect(snapshotCost(few, name)).toEqual(snapshotCost(killed, name));
  });
});
