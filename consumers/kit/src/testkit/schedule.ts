import fc from 'fast-check';
import { type ConnectorPlan, connectorPlans, type Restart } from '../merge/testing-connector.ts';
import type { Projection } from '../projection/index.ts';

/** In a commit of a projector: where it is interrupted. */
export type Point = 'before begin' | 'before rows' | 'after rows' | 'after checkpoint' | 'after commit';

export type Step =
  /** The connector writes so many records more. */
  | { readonly write: number }
  /** The projector gets so many records of a table, or of the `transactions`, and makes a turn. */
  | { readonly read: string; readonly records: number }
  /** It gets all that is written, and applies it. */
  | 'catch up'
  /** A turn without anything new. */
  | 'turn'
  /** Time goes by: counted rows that are late are asked after in a busy turn too. */
  | 'wait'
  /** It dies: there, the n-th time it comes there, or at once; another one begins at the checkpoint. */
  | { readonly kill: Point; readonly nth?: number }
  | 'kill'
  /** The read model refuses one call, as when a lock is not to be had. */
  | { readonly refuse: 'before begin' | 'before rows' }
  /** It stands still, there or at once, and another one takes over; `wake` lets the oldest of those go on. */
  | { readonly freeze: Point; readonly nth?: number }
  | 'freeze'
  | 'wake';

/** What may legally happen between the monolith's commit and the read model's; what is left out does not. */
export interface Schedule {
  /** The given rows come as a snapshot, or as the first transaction in the stream. A snapshot unless said. */
  readonly start?: 'snapshot' | 'stream';
  /** Rows a commit aims at; 5,000 unless said. */
  readonly maxRows?: number;
  /** Transactions, counted from 0, whose END is never written. */
  readonly withoutEnd?: readonly number[];
  /** The connector dies and goes on further back: what it has written comes again. */
  readonly restarts?: readonly (Pick<Restart, 'afterWrites'> & Partial<Restart>)[];
  /** Offsets that hold no record. */
  readonly gaps?: ConnectorPlan['controlRecords'];
  readonly steps?: readonly Step[];
  /** What is left after the steps is written at once and then read; unless said, one transaction after the other. */
  readonly atOnce?: true;
}

/** What a restart does unless said: with exactly-once support nothing that was written comes again, but for a BEGIN. */
export const usually = { back: 0, remembered: 1, counters: 'restarted', endedAgain: 'both', cuts: false } as const;

function withoutUsual({ afterWrites, ...rest }: Restart): NonNullable<Schedule['restarts']>[number] {
  const special = Object.entries({ ...rest, cuts: false }).filter(
    ([key, value]) => value !== usually[key as keyof typeof usually],
  );
  return { afterWrites, ...Object.fromEntries(special) };
}

const point = fc.constantFrom<Point>('before begin', 'before rows', 'after rows', 'after checkpoint', 'after commit');
const nth = fc.integer({ min: 1, max: 3 });

/** Every legal one, the plain ones first. */
export function schedules(projection: Projection): fc.Arbitrary<Schedule> {
  const topics = ['transactions', ...projection.tables.map(({ name }) => name)];
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 20 }) }) },
    {
      weight: 12,
      arbitrary: fc.record({ read: fc.constantFrom(...topics), records: fc.integer({ min: 1, max: 8 }) }),
    },
    { weight: 3, arbitrary: fc.constantFrom('turn' as const, 'wait' as const, 'catch up' as const) },
    { weight: 2, arbitrary: fc.record({ kill: point, nth }, { requiredKeys: ['kill'] }) },
    { weight: 1, arbitrary: fc.record({ refuse: fc.constantFrom('before begin' as const, 'before rows' as const) }) },
    { weight: 2, arbitrary: fc.record({ freeze: point, nth }, { requiredKeys: ['freeze'] }) },
    { weight: 2, arbitrary: fc.constantFrom('kill' as const, 'freeze' as const, 'wake' as const, 'wake' as const) },
  );
  const plans = connectorPlans.map(({ restarts, controlRecords }) => ({
    restarts: restarts.map(withoutUsual),
    gaps: controlRecords,
  }));
  return fc
    .tuple(
      fc.record(
        {
          start: fc.constantFrom('snapshot' as const, 'stream' as const),
          maxRows: fc.integer({ min: 1, max: 8 }),
          withoutEnd: fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 2 }),
          atOnce: fc.constant(true as const),
          steps: fc.array(step, { maxLength: 40, size: 'max' }),
        },
        { requiredKeys: [] },
      ),
      fc.option(plans, { nil: {}, freq: 2 }),
    )
    .map(([schedule, plan]) => ({ ...schedule, ...plan }));
}
