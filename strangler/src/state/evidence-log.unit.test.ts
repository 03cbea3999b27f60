import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SeenKind } from './difference-kinds.ts';
import { addCounts, noCounts, type RouteCounts } from './evidence.ts';
import { EvidenceLog, type EvidenceWriter } from './evidence-log.ts';
import type { EpochCounts } from './route-log.ts';
import { type RouteState, unknownState } from './route-state.ts';
import { difference, differentVerdict, equalVerdict } from './testing-verdicts.ts';

/** A database with the tables, by their keys. */
class Tables implements EvidenceWriter {
  readonly counts = new Map<string, RouteCounts>();
  readonly kinds = new Map<string, SeenKind>();
  fails: 'no' | 'before' | 'after' = 'no';
  writes = 0;
  async write(replica: string, counts: readonly EpochCounts[], kinds: readonly SeenKind[]): Promise<void> {
    this.writes++;
    if (this.fails === 'before') throw new Error('refused');
    for (const one of counts) this.counts.set(`${replica} ${one.route} ${one.epoch}`, one.counts);
    for (const one of kinds) this.kinds.set(`${replica} ${one.route} ${one.kind}`, one);
    if (this.fails === 'after') throw new Error('the answer to the commit was lost');
  }
  get sum(): RouteCounts {
    return [...this.counts.values()].reduce((sum, one) => addCounts(sum, one), noCounts);
  }
}

const logged: unknown[] = [];
let tables: Tables;
let evidence: EvidenceLog;
const log = () =>
  new EvidenceLog({
    store: tables,
    routes: ['accounts'],
    everyMs: 60_000,
    log: ({ message }) => void logged.push(message),
  });
const at = (epoch: number): RouteState => ({ ...unknownState('accounts'), stage: 'shadow', epoch });
beforeEach(() => {
  tables = new Tables();
  evidence = log();
  logged.length = 0;
});
afterEach(() => evidence[Symbol.asyncDispose]());

describe('what is counted', () => {
  it('is written down by epoch', async () => {
    evidence.compared(at(1), equalVerdict, 'GET /a');
    evidence.compared(at(1), { ...equalVerdict, outcome: 'undecided' }, 'GET /a');
    evidence.compared(at(1), { ...equalVerdict, outcome: 'failed', candidateMs: 4000 }, 'GET /a');
    evidence.compared(at(2), differentVerdict(), 'GET /a');
    evidence.dropped(at(2));
    evidence.answered(at(3), 7000);
    evidence.fellBack(at(3));
    evidence.proxied(at(3), 1);
    await evidence.flush();
    const times = noCounts.monolithMs;
    expect([...tables.counts.values()]).toEqual([
      { ...noCounts, equal: 1, undecided: 1, failed: 1, candidateMs: times.with(2, 2), monolithMs: times.with(5, 3) },
      { ...noCounts, different: 1, dropped: 1, candidateMs: times.with(2, 1), monolithMs: times.with(5, 1) },
      { ...noCounts, answered: 1, fellBack: 1, candidateMs: times.with(12, 1), monolithMs: times.with(0, 1) },
    ]);
    expect(evidence.totals('accounts')).toEqual(tables.sum);
    expect(() => evidence.dropped({ ...at(1), route: 'other' })).toThrow('was declared');
  });

  it('is written down again only when there is more', async () => {
    await evidence.flush();
    expect(tables.writes).toBe(0);
    evidence.dropped(at(1));
    await evidence.flush();
    await evidence.flush();
    expect(tables.writes).toBe(1);
  });

  it('is neither lost nor doubled, whatever the database does', async () => {
    const step = fc.constantFrom('count', 'different', 'flush', 'no', 'before', 'after');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        tables = new Tables();
        const one = log();
        let [counted, different] = [0, 0];
        for (const what of steps) {
          if (what === 'count') one.answered(at(++counted % 3), 1);
          else if (what === 'different') one.compared(at(++different % 3), differentVerdict(), 'GET /a');
          else if (what === 'flush') await one.flush();
          else tables.fails = what;
        }
        tables.fails = 'no';
        await one[Symbol.asyncDispose]();
        expect(tables.sum).toMatchObject({ answered: counted, different });
        expect([...tables.kinds.values()].reduce((sum, { seen }) => sum + seen, 0)).toBe(different);
      }),
    );
  });

  it('waits in memory while the database is away, which is said once', async () => {
    tables.fails = 'before';
    for (let n = 0; n < 3; n++) {
      evidence.dropped(at(1));
      await evidence.flush();
    }
    tables.fails = 'no';
    await evidence.flush();
    expect(tables.sum.dropped).toBe(3);
    expect(logged).toEqual(['evidence cannot be written down, and is kept', 'evidence is written down again']);
  });

  it('in the middle of a write is written with the next', async () => {
    evidence.dropped(at(1));
    const writing = evidence.flush();
    evidence.dropped(at(1));
    await writing;
    await evidence.flush();
    expect(tables.sum.dropped).toBe(2);
  });

  it('of an epoch that is over for long does not take the place of what was counted of it', async () => {
    for (let epoch = 0; epoch < 40; epoch++) {
      evidence.answered(at(epoch), 1);
      evidence.answered(at(epoch), 1);
      await evidence.flush();
    }
    evidence.answered(at(3), 1);
    evidence.answered(at(39), 1);
    await evidence.flush();
    expect(tables.sum.answered).toBe(81);
    expect(tables.counts.size).toBe(40);
  });
});

describe('kinds of differences', () => {
  it('have a count and the newest example', async () => {
    const other = { ...difference('/lines/-/amount'), place: '/lines/9/amount' };
    const { differences, ...verdict } = differentVerdict('/a', '/lines/-/amount', '/a');
    evidence.compared(at(1), { ...verdict, differences: [...differences, other] }, 'GET /accounts/1');
    evidence.compared(at(2), differentVerdict('/a'), 'GET /accounts/2');
    await evidence.flush();
    const seen = [...tables.kinds.values()].sort((one, other) => (one.kind < other.kind ? -1 : 1));
    expect(seen.map((one) => [one.kind, one.seen, one.example.request])).toEqual([
      ['/a', 2, 'GET /accounts/2'],
      ['/lines/-/amount', 1, 'GET /accounts/1'],
    ]);
    expect(seen[1]!.example).toMatchObject({
      place: '/lines/3/amount',
      monolith: '"1.00"',
      candidate: '"1.01"',
    });
  });

  it('take no more room than 200 of them, and each no more than a few thousand characters', async () => {
    for (let n = 0; n < 500; n++) evidence.compared(at(1), differentVerdict(`/${n}`), 'GET /a');
    evidence.compared(
      at(1),
      {
        ...differentVerdict(),
        differences: [{ kind: 'x'.repeat(9999), place: 'x'.repeat(9999), monolith: 'x'.repeat(9999), candidate: null }],
      },
      'x'.repeat(9999),
    );
    await evidence.flush();
    expect(tables.kinds.size).toBe(201);
    const all = [...tables.kinds.values()];
    expect(all.find(({ kind }) => kind === '…')!.seen).toBe(301);
    for (const one of all) expect(JSON.stringify(one).length).toBeLessThan(7000);
  });
});
