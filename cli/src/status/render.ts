import type { Problem } from '../errors.ts';
import { snapshotText } from '../snapshot.ts';
import { escaped } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';
import type { Seen } from './judge.ts';
import type { ProofSeen } from './services.ts';

/** The whole of it as a text for people. */
export function statusText({ parts, connectors, projections }: Seen, problems: readonly Problem[]): string {
  const blocks = [
    table(
      ['PART', 'STATE', 'PORT'],
      parts.map(({ name, state, port }) => [name, state, shown(port)]),
    ),
    table(
      ['CONNECTOR', 'STATE', 'TASKS', 'POSITION', 'BINLOG', 'OFFSET SHOWS'],
      connectors.map(({ name, state, tasks, position, binlog, evidence }) => [
        name,
        state,
        tasks.map((task) => `${task.id} ${task.state}`).join(', ') || 'none',
        shown(position),
        shown(binlog),
        evidence,
      ]),
    ),
    connectors
      .map(({ name, snapshot }) => `Snapshot of ${name}: ${snapshotText(snapshot) ?? 'unknown'}`)
      .map(escaped)
      .join('\n'),
    table(
      ['PROJECTION', 'ROLE', 'STATE', 'READY', 'POSITION', 'AGE', 'ROWS', 'TRANSACTIONS', 'LAG', 'PROOF'],
      projections.map((one) => [
        one.name,
        one.role,
        one.state,
        one.ready ? 'yes' : 'no',
        shown(one.position),
        one.ageMs === null ? '-' : duration(one.ageMs),
        ...[one.rows, one.transactions, one.lag].map(shown),
        proofText(one.proof),
      ]),
    ),
    problems.map(problemText).join('\n') || 'all of it works',
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

export function problemText({ where, message, remedy }: Problem): string {
  return escaped(`${where}: ${message}${remedy ? `; ${remedy}` : ''}`);
}

/** `equal 3 min ago`. */
function proofText(proof: ProofSeen | null): string {
  if (proof === null) return '-';
  if (proof.state === 'unproved') return 'never';
  const ago = proof.checkedAgoMs === null ? '' : ` ${duration(proof.checkedAgoMs)} ago`;
  return proof.state === 'different' ? `${proof.differences} differ${ago}` : `${proof.state}${ago}`;
}

/** `0.8 s`, `3 min`, `2 h`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}

const shown = (value: string | number | null): string => (value === null ? '-' : String(value));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return columns([head, ...rows.map((row) => row.map(escaped))]).join('\n');
}
