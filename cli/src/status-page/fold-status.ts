import type { Problem } from '../errors.ts';
import { snapshotText } from '../snapshot.ts';
import type { ConnectorState } from '../status/connectors.ts';
import type { Looked } from '../status/look.ts';
import type { ServiceState } from '../status/services.ts';
import type { ConnectorTold, ProblemTold, Remedy, ServiceTold, StatusTold } from './told.ts';

/** What the page says of what was seen: the problems are those of `banyan status`, in its words. */
export function foldStatus({ seen, problems }: Looked, atMs: number): StatusTold {
  const { dataDir, parts, connectors, projections } = seen;
  const wrong = new Set(problems.map(({ where }) => where));
  return {
    dataDir,
    atMs,
    problems: problems.map(toldProblem),
    services: [...Map.groupBy(projections, ({ name }) => name)].map(([name, roles]) => foldService(name, roles, wrong)),
    connectors: connectors.map((connector) => foldConnector(connector, wrong)),
    parts: parts.map((part) => ({
      ...part,
      isWrong: wrong.has(part.name) || part.state === 'died' || part.state === 'silent',
    })),
  };
}

export const toldProblem = ({ where, code, message, remedy }: Problem): ProblemTold => ({
  ...{ where, code, message },
  remedies: remedy === null ? [] : remediesIn(remedy),
});

const command = /^(.*?:) (banyan [\w ./@=-]+)$/;

/** `see its log: banyan logs kafka; or start it: banyan up` are two things to do. A command has no sign that a shell acts on. */
export function remediesIn(remedy: string): Remedy[] {
  return remedy.split('; ').map((one) => {
    const [, text, found] = command.exec(one) ?? [];
    return found === undefined ? { text: one, command: null } : { text: text!, command: found };
  });
}

/** The projector knows how far the read model is; without one, its API does. */
function foldService(name: string, roles: readonly ServiceState[], wrong: ReadonlySet<string>): ServiceTold {
  const [projector, api] = (['project', 'serve'] as const).map((role) => roles.find((one) => one.role === role));
  const proof = api?.proof ?? null;
  return {
    name,
    state: projector?.state ?? 'unknown',
    api: api === undefined ? 'unknown' : api.ready ? 'answers' : api.state,
    isWrong: roles.some(({ ready }) => !ready) || wrong.has(name),
    position: projector?.position ?? api?.position ?? null,
    ageMs: projector?.ageMs ?? api?.ageMs ?? null,
    lag: projector?.lag ?? null,
    rows: projector?.rows ?? null,
    transactions: projector?.transactions ?? null,
    proof,
    command: `banyan ${proof?.state === 'different' ? 'repair' : 'prove'} ${name}`,
  };
}

function foldConnector(connector: ConnectorState, wrong: ReadonlySet<string>): ConnectorTold {
  const { name, state, tasks, position, binlog, evidence, snapshot } = connector;
  return {
    ...{ name, state, position, binlog, evidence },
    tasks: tasks.map((task) => `${task.id} ${task.state}`).join(', ') || 'none',
    isWrong: wrong.has(`connector ${name}`),
    snapshot: snapshotText(snapshot),
  };
}
