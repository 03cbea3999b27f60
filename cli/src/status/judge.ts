import type { Problem } from '../errors.ts';
import type { ConnectorState } from './connectors.ts';
import type { PartStatus } from './parts.ts';
import type { ServiceState } from './services.ts';

export interface Seen {
  readonly dataDir: string;
  readonly parts: readonly PartStatus[];
  readonly connectors: readonly ConnectorState[];
  readonly projections: readonly ServiceState[];
}

/** Everything that is not as it should be; none of it when the whole of it works. */
export function problemsIn(seen: Seen, connectProblem: Problem | null): Problem[] {
  if (seen.parts.every(({ state }) => state === 'stopped')) {
    const message = `nothing runs in ${seen.dataDir}`;
    return [{ where: 'stack', code: 'not-running', message, remedy: 'start it: banyan up' }];
  }
  // The traffic may be away: it is there to be watched. The services are judged by what they say themselves.
  const judgedElsewhere = new Set(['traffic', ...seen.projections.map(partOf)]);
  return [
    ...seen.parts.flatMap((part) => partProblem(part, judgedElsewhere)),
    ...(connectProblem ? [connectProblem] : []),
    ...(connectProblem ? [] : connectorProblems(seen.connectors)),
    ...seen.projections.flatMap(serviceProblem),
  ];
}

function partProblem({ name, state, reason }: PartStatus, judgedElsewhere: ReadonlySet<string>): Problem[] {
  const isFine = state === 'answers' || (state !== 'died' && judgedElsewhere.has(name));
  if (isFine) return [];
  const message = `${name} ${{ silent: 'does not answer', died: 'has ended by itself', stopped: 'does not run' }[state]}`;
  const remedy = state === 'stopped' ? 'start it: banyan up' : `see its log: banyan logs ${name}`;
  return [
    {
      where: name,
      code: `part-${state}`,
      message: reason && state === 'silent' ? `${message}: ${reason}` : message,
      remedy,
    },
  ];
}

function connectorProblems(connectors: readonly ConnectorState[]): Problem[] {
  if (connectors.length === 0) {
    const message = 'Kafka Connect has no connector: nothing is captured';
    return [{ where: 'connect', code: 'no-connector', message, remedy: 'apply it: banyan up' }];
  }
  return [...shared(connectors), ...connectors.flatMap(connectorProblem)];
}

function connectorProblem({ name, state, tasks, reason, trouble }: ConnectorState): Problem[] {
  const where = `connector ${name}`;
  if (trouble) return [{ where, code: trouble.code, message: trouble.what, remedy: trouble.remedy }];
  const runs = state === 'RUNNING' && tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING');
  if (runs) return [];
  const states = tasks.map((task) => `task ${task.id} ${task.state}`).join(', ') || 'no task placed';
  const message = reason ?? `connector ${name} is ${state}, ${states}`;
  return [{ where, code: 'connector-not-running', message, remedy: 'see: banyan logs connect' }];
}

/** What two connectors must not have in common. With one `topic.prefix` they write into the same topics, a snapshot too. */
function shared(connectors: readonly ConnectorState[]): Problem[] {
  const by = (key: 'prefix' | 'serverId', code: string, what: string, remedy: string): Problem[] =>
    [...Map.groupBy(connectors, (connector) => connector[key])].flatMap(([value, same]) => {
      if (value === null || same.length < 2) return [];
      const names = same.map(({ name }) => name).join(', ');
      return [{ where: `connectors ${names}`, code, message: `they have the same ${what}, ${value}`, remedy }];
    });
  return [
    ...by('prefix', 'prefix-shared', 'topic.prefix', 'remove the one that came last, before it takes a snapshot'),
    ...by('serverId', 'server-id-shared', 'server id', 'remove one, or give one of them another database.server.id'),
  ];
}

function differs(name: string, rows: number): Problem {
  const message = `proof found ${rows} rows that are not as the source has them`;
  return { where: name, code: 'different', message, remedy: `put them right: banyan repair ${name}` };
}

/** The name of a role's process. */
const partOf = ({ name, role }: ServiceState): string => (role === 'project' ? `${name}-projector` : name);

function serviceProblem(service: ServiceState): Problem[] {
  const { name, role, state, ready, code, reason, proof } = service;
  if (ready) return proof?.state === 'different' ? [differs(name, proof.differences)] : [];
  const what =
    reason ??
    (state === 'filling'
      ? 'it fills; a commit after the snapshot ends that, or a heartbeat of the connector'
      : `it is ${state}`);
  if (state === 'stopped')
    return [{ where: `${name} (${role})`, code: 'not-running', message: what, remedy: 'start it: banyan up' }];
  const remedy = state === 'silent' ? `see its log: banyan logs ${partOf(service)}; or start it: banyan up` : null;
  return [{ where: `${name} (${role})`, code: code ?? `service-${state}`, message: what, remedy }];
}
