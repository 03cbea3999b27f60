import type {
  ChangeJson,
  DifferenceJson,
  Finding,
  P99,
  Place,
  SeenRoute,
  SeenWrite,
  Standing,
} from '@banyan/strangler';
import type { Problem } from '../errors.ts';
import { duration, problemText } from '../status/render.ts';
import { escaped } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';

const head = [
  'ROUTE',
  'STATE',
  'COMPARED',
  'MATCH',
  'FAILED',
  'FRESHNESS',
  'PROOF',
  'P99',
  'MONOLITH P99',
  'NEXT',
  'GATE',
];

/** All routes as a table, and what stands against their next steps. */
export function routesText(routes: readonly SeenRoute[], problems: readonly Problem[]): string {
  if (routes.length === 0) return 'there are no routes';
  const table = columns([head, ...routes.map((route) => rowOf(route).map(escaped))]).join('\n');
  const gates = routes.flatMap(({ name, next }) =>
    (next?.findings ?? []).map(({ sentence }) => escaped(`${name} to ${next!.stage}: ${sentence}`)),
  );
  return [table, writesText(routes), gates.join('\n'), problems.map(problemText).join('\n')]
    .filter((block) => block !== '')
    .join('\n\n');
}

const writeHead = ['WRITES', 'OWNER', 'EPOCH', 'WAITING', 'CONFLICTS', 'ROGUE', 'DIFFERENT', 'CARRIER', 'LAST HOLD'];

/** Routes for writes once more, with what their owners say. */
function writesText(routes: readonly SeenRoute[]): string {
  const rows = routes.flatMap(({ name, state, write }) =>
    write ? [[state.phase === 'settled' ? name : `${name} (${state.phase})`, ...ownerOf(write)]] : [],
  );
  return table(writeHead, rows);
}

const ownerOf = ({ owner, epoch, waiting, conflicts, rogue, different, carrier, silence, lastHoldMs }: SeenWrite) => [
  owner ?? `silent: ${silence}`,
  ...[epoch, waiting, conflicts, rogue, different].map((count) => (count === null ? '-' : whole(count))),
  carrier === null ? '-' : carrier.working ? 'works' : (carrier.reason ?? 'does not work'),
  lastHoldMs === null ? '-' : `${whole(lastHoldMs)} ms`,
];

function rowOf({ name, state, counts, matchRate, services, p99, next }: SeenRoute): string[] {
  const gate =
    next === null ? '-' : next.findings === null ? 'unknown' : next.findings.length === 0 ? 'open' : 'closed';
  return [
    name,
    placeText(state),
    counts ? whole(counts.equal + counts.different) : '-',
    matchRate === null ? '-' : `${Math.floor(matchRate * 1e6 + 1e-6) / 1e4} %`,
    counts ? whole(counts.failed + counts.fellBack) : '-',
    worst(services.map(freshness)),
    worst(services.map(proof)),
    p99Text(p99.candidate),
    p99Text(p99.monolith),
    next?.stage ?? '-',
    gate,
  ];
}

/** One route: its row, differences, and changes. */
export function routeText(
  route: SeenRoute,
  differences: readonly DifferenceJson[],
  changes: readonly ChangeJson[],
): string {
  const seen = differences.map(({ kind, seen, lastAt, example }) => [
    ...[kind, whole(seen), lastAt, example.monolith ?? '-', example.candidate ?? '-', example.request],
  ]);
  const made = changes.map(({ at, who, from, to, reason, forced }) => [
    ...[at, who, `${placeText(from)} → ${placeText(to)}`, forced ? 'yes' : 'no', reason || '-'],
  ]);
  const blocks = [
    routesText([route], []),
    table(['DIFFERENCE', 'SEEN', 'LAST', 'MONOLITH', 'SERVICE', 'REQUEST'], seen),
    table(['CHANGED', 'BY', 'FROM → TO', 'FORCED', 'REASON'], made),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** What the gate found, a line each: rule, what is, what is wanted, and the sentence. */
export const findingsText = (findings: readonly Finding[]): string =>
  columns(
    findings.map((one) => [`  ${one.rule}`, `${one.figure}, wanted ${one.wanted}`, one.sentence].map(escaped)),
  ).join('\n');

export const placeText = ({ stage, percent }: Place): string =>
  stage === 'shadow' || stage === 'canary' ? `${stage} ${percent} %` : stage;

const table = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : columns([names, ...rows.map((row) => row.map(escaped))]).join('\n');

/** A rank, the greatest being the worst, and its text. */
type Ranked = readonly [rank: number, text: string];
const worst = (all: readonly Ranked[]): string => all.toSorted(([one], [other]) => other - one)[0]?.[1] ?? '-';

function freshness({ silence, isFilling, ageMs }: Standing): Ranked {
  if (silence !== null) return [Number.POSITIVE_INFINITY, 'silent'];
  if (isFilling || ageMs === null) return [Number.MAX_VALUE, isFilling ? 'filling' : 'unknown'];
  return [ageMs, duration(ageMs)];
}

function proof({ proof: one }: Standing): Ranked {
  if (one === null) return [Number.MAX_VALUE / 2, '-'];
  if (one.state === 'different') return [Number.POSITIVE_INFINITY, `${whole(one.differences)} differ`];
  if (one.state !== 'equal') return [Number.MAX_VALUE, one.state === 'unproved' ? 'never' : one.state];
  return [one.checkedAgoMs ?? 0, one.checkedAgoMs === null ? 'equal' : `equal ${duration(one.checkedAgoMs)} ago`];
}

const p99Text = (p99: P99 | null): string => (p99 === null ? '-' : `${p99.isAbove ? '>' : '≤'} ${whole(p99.ms)} ms`);
const whole = (value: number): string => value.toLocaleString('en');
