import { performance } from 'node:perf_hooks';
import { type DatabaseSettings, openPool } from './database.ts';
import { createDoer } from './day-actions.ts';
import type { Action } from './day-kinds.ts';
import { planDay } from './day-plan.ts';
import { readPopulation } from './day-population.ts';
import { errorText } from './error-text.ts';
import { Rejection } from './rejection.ts';
import { seededPassword } from './seed-details.ts';
import { createSchedule, createTally, type Outcome, type Pace, type TrafficReport } from './traffic-pace.ts';

/** A day of business, and in which bank. */
export interface DayOptions extends Pace {
  readonly database: DatabaseSettings;
  /** Each with one action under way at most, on a database connection of its own. */
  readonly clients: number;
  /** 0 to 2^32-1: which actions, in which sequence. */
  readonly seed: number;
  /** Where repeated transactions are told; nowhere by default. */
  readonly log?: (line: string) => void;
}

/** What came of a day. */
export interface DayReport extends TrafficReport {
  /** How often each kind of action was done. */
  readonly done: Readonly<Record<string, number>>;
  /** Transactions that met another one in the database and were run again. */
  readonly repeated: number;
}

/**
 * Does a day of business at a steady rate, in this process and straight in the database, with the operations that the
 * bank's pages and addresses use. The same seed in the same bank gives the same actions in the same sequence; with several
 * clients neighbours may come in another one. Rejects with TooFewAccounts when the bank was not seeded.
 */
export async function runDay(options: DayOptions): Promise<DayReport> {
  const pool = openPool(options.database, { connectionLimit: options.clients, lockWaitSeconds: 5 });
  try {
    let repeated = 0;
    const doAction = createDoer(pool, (line) => {
      repeated += 1;
      options.log?.(line);
    });
    const nextAction = planDay(options.seed, await readPopulation(pool), seededPassword);
    const tally = createTally();
    const done: Record<string, number> = {};
    const start = performance.now();
    const nextTurn = createSchedule(options, start);
    const clients = Array.from({ length: options.clients }, async () => {
      while (await nextTurn()) {
        const action = nextAction();
        const outcome = await outcomeOf(doAction, action);
        if (outcome.kind === 'accepted') done[action.kind] = (done[action.kind] ?? 0) + 1;
        tally.add(outcome);
      }
    });
    await Promise.all(clients);
    return { ...tally.report(performance.now() - start), done, repeated };
  } finally {
    await pool.end();
  }
}

async function outcomeOf(doAction: (action: Action) => Promise<void>, action: Action): Promise<Outcome> {
  try {
    await doAction(action);
    return { kind: 'accepted' };
  } catch (error) {
    if (error instanceof Rejection && error.status < 500) return { kind: 'refused', code: error.code };
    return { kind: 'failed', reason: `${action.kind}: ${errorText(error)}` };
  }
}
