import type { Problem } from '../errors.ts';
import { hangingText, shownHanging } from '../hanging.ts';
import { problemText } from '../status/render.ts';
import { escaped } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';
import type { AddedTable } from './added-tables.ts';
import type { Applied, Deployment } from './apply.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type Change, dangersOf, type Plan } from './plan.ts';
import { hashOf, linesOf } from './plan-hash.ts';

/** What apply would refuse. */
export function planProblems(
  { name, notCaptured }: Plan,
  { captureAnew }: Pick<Deployment, 'captureAnew'>,
  refusal: Diagnosis | null,
): Problem[] {
  const missing = notCaptured.map(({ service, tables }) => ({
    where: service,
    code: 'not-captured',
    message: `it reads ${tables.join(', ')}, which the running connector does not capture`,
    remedy: captureAnew,
  }));
  if (!refusal) return missing;
  const { code, message, remedy } = refusal;
  return [...missing, { where: name, code, message, remedy }];
}

/** For programs: without the configuration as it is to be put. */
export function shownPlan(plan: Plan) {
  const { name, connector, changes, topics, lost, kept, added, hanging } = plan;
  const names = topics.map(({ topic }) => topic);
  const shown = { name, connector, changes, topics: names, lost, kept, added, hanging: hanging.map(shownHanging) };
  return { ...shown, hash: hashOf(plan), lines: linesOf(plan) };
}

/** For people: `+` is made, `~` changed, `!` dangerous. */
export function planText(plan: Plan, problems: readonly Problem[]): string {
  const { name, connector, changes, topics, lost, kept, added, hanging } = plan;
  const differing = changes.length === 1 ? '1 setting that differs' : `${changes.length} settings that differ`;
  const what = { new: 'is new', changed: `has ${differing}`, same: 'is as it should be' };
  const isNew = connector === 'new';
  const lines = [
    `connector ${escaped(name)} ${what[connector]}`,
    ...columns(
      changes.map((change) => [`  ${markOf(change, isNew)}`, escaped(change.setting), valuesOf(change, isNew)]),
    ),
    topics.length === 0 ? 'topics: all there' : `topics to make: ${topics.length}`,
    ...topics.map(({ topic }) => `  ${lost.includes(topic) ? '!' : '+'} ${escaped(topic)}`),
    ...added.map(addedText),
    ...(plan.isStoppedToAdd ? ['it was stopped to add tables: to be resumed'] : []),
    ...dangersOf(plan).map(({ what, why }) => escaped(`dangerous, refused without --dangerous: ${what}: ${why}`)),
    ...kept.map((table) => escaped(`  ${table} stays captured, though no service names it any more`)),
    ...hanging.map((one) => escaped(`to be aborted: ${hangingText(one)}`)),
    ...problems.map((problem) => `refused: ${problemText(problem)}`),
    `plan ${hashOf(plan)}`,
  ];
  return lines.join('\n');
}

function addedText({ table, services, state, rows }: AddedTable): string {
  const about = rows === null ? '' : `, about ${rows.toLocaleString('en')} rows`;
  const how = state === 'begun' ? 'its history goes on' : `its history by incremental snapshot${about}`;
  const whom = services.length > 0 ? ` (${services.join(', ')})` : '';
  return escaped(`  + capture ${table}${whom}: ${how}, the rest streams on`);
}

function markOf({ danger, from, to }: Change, isNew: boolean): string {
  if (isNew || (from === null && danger === null)) return '+';
  return danger === null ? (to === null ? '-' : '~') : '!';
}

function valuesOf({ from, to }: Change, isNew: boolean): string {
  const [before, after] = [from, to].map((value) => (value === null ? '(not set)' : escaped(value)));
  return isNew ? after! : `${before} -> ${after}`;
}

/** One line: the last of a log is the one that is read. */
export function appliedText({ plan: { name }, outcome, topics, ended, restarts, proof, whole }: Applied): string {
  const made = topics.length > 0 ? `, ${topics.length} topics made` : '';
  const restarted = restarts > 0 ? `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}` : '';
  const aborted = ended.length > 0 ? `, hanging transactions aborted: ${ended.length}` : '';
  const { file, pos } = proof.offset.offset ?? {};
  const histories = whole.length > 0 ? `, with the history of ${whole.join(', ')}` : '';
  return escaped(
    `connector ${name}: ${outcome}${histories}${made}${aborted}${restarted}; it streams, at ${file}:${pos}`,
  );
}
