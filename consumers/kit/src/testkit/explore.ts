import { isNativeError } from 'node:util/types';
import fc from 'fast-check';
import type { Projection } from '../projection/index.ts';
import { asCode } from './as-code.ts';
import { DatabaseReadModel } from './database-read-model.ts';
import { MemoryReadModel } from './memory-store.ts';
import type { ReadModel } from './read-model.ts';
import { Rehearsal } from './rehearsal.ts';
import type { Scenario, Story } from './scenario.ts';
import { type Schedule, schedules } from './schedule.ts';
import { shortest } from './shortest.ts';
import { type Nullable, stories } from './stories.ts';

/** `memory`: mirrors alone, some milliseconds a schedule. `database`: the test stack's MariaDB, queries too, some hundred. */
export type StoreKind = 'memory' | 'database';

export interface ExploreOptions {
  /** How many schedules at random; 100 unless said. */
  readonly runs?: number;
  /** The same seed, the same schedules; one of the time unless said. */
  readonly seed?: number;
  readonly store?: StoreKind;
  /** Which columns of made-up rows may be NULL: all but keys unless said. */
  readonly isNullable?: Nullable;
}

const openModel = async (projection: Projection, store: StoreKind): Promise<ReadModel> =>
  store === 'memory' ? new MemoryReadModel(projection) : await DatabaseReadModel.open(projection);

/** Runs a scenario by one schedule; without one, undisturbed. Throws what is wrong. */
export async function replay(scenario: Scenario, schedule: Schedule = {}, store: StoreKind = 'memory'): Promise<void> {
  await using model = await openModel(scenario.projection, store);
  await new Rehearsal(scenario, schedule, model).run();
}

interface Run {
  readonly story: Story;
  readonly schedule: Schedule;
}

/**
 * Runs a scenario by many schedules: any legal order of what the projector reads, killed, frozen and refused at any step; in memory
 * first killed and frozen at every step there is. A projection alone: with rows and transactions made up for each run. Throws an
 * Error with the shortest run that fails, as code for a test.
 */
export async function explore(subject: Scenario | Projection, options: ExploreOptions = {}): Promise<void> {
  const { runs = 100, seed = Date.now() % 2 ** 31, store = 'memory', isNullable = () => true } = options;
  const isMadeUp = !('projection' in subject);
  const { projection, ...story }: Scenario = isMadeUp ? { projection: subject } : subject;
  await using model = await openModel(projection, store);
  const failure = ({ story, schedule }: Run) => failureOf({ projection, ...story }, schedule, model);
  const examples: Run[] = [{ story, schedule: {} }];
  if (!isMadeUp && store === 'memory') examples.push(...(await everyStep(subject, model)));
  const found = await fc.check(
    fc.asyncProperty(
      fc.record({
        story: isMadeUp ? stories(projection, isNullable) : fc.constant(story),
        schedule: schedules(projection),
      }),
      async (run) => (await failure(run)) === null,
    ),
    { numRuns: runs + examples.length - 1, seed, examples: examples.map((run) => [run]) },
  );
  if (!found.failed) return;
  // The author's story stays; one that cannot be, as it removes a row that is not there any more, is not a failure.
  const fails = async (run: Run) =>
    (isMadeUp || run.story === story) && (await failure(run).catch(() => null)) !== null;
  const run = await shortest(found.counterexample?.[0] ?? examples[0]!, fails);
  const error = (await failure(run)) ?? new Error('it failed, and does not any more');
  const name = isMadeUp ? `scenario(projection, ${asCode(run.story)})` : 'scenario';
  const call = `await replay(${name}, ${asCode(run.schedule)}${store === 'memory' ? '' : `, '${store}'`});`;
  const where = `${projection.name}, seed ${seed}, run ${found.numRuns}`;
  throw new Error(`${where}: ${error.message}\n\n${call}\n`, { cause: error });
}

/** What goes wrong; null: nothing. Throws for a story that no database could tell. */
async function failureOf(scenario: Scenario, schedule: Schedule, model: ReadModel): Promise<Error | null> {
  const rehearsal = new Rehearsal(scenario, schedule, model);
  return rehearsal.run().then(() => null, asError);
}

/** Killed, and frozen, at each step of each commit of an undisturbed run; none when that fails. */
async function everyStep({ projection, ...story }: Scenario, model: ReadModel): Promise<Run[]> {
  const rehearsal = new Rehearsal({ projection, ...story }, {}, model);
  if ((await rehearsal.run().then(() => null, asError)) !== null) return [];
  return [...rehearsal.passed].flatMap(([point, times]) =>
    Array.from({ length: times }, (_, index) => index + 1).flatMap((nth) => [
      { story, schedule: { steps: [{ kill: point, nth }] } },
      { story, schedule: { steps: [{ freeze: point, nth }] } },
    ]),
  );
}

const asError = (thrown: unknown): Error => (isNativeError(thrown) ? thrown : new Error(String(thrown)));
