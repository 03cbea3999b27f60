import type { BridgeFacts } from '../facts/bridge.ts';
import { fileOf, lagOf } from '../facts/lag.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#connector-and-topics';
const inTrouble = 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble';

const at = ({ name }: BridgeFacts): string => `connector ${name}`;
const configured = (facts: BridgeFacts, find: (config: Readonly<Record<string, string>>) => string[]): Place[] =>
  facts.connector ? find(facts.connector.config).map((what) => ({ where: at(facts), what })) : [];

/** Each of these changes values or leaves some out when it is another. */
const exactSettings = [
  'decimal.handling.mode',
  'bigint.unsigned.handling.mode',
  'time.precision.mode',
  'event.converting.failure.handling.mode',
  'event.processing.failure.handling.mode',
  'provide.transaction.metadata',
];

export const connectorChecks: readonly Check<BridgeFacts>[] = [
  {
    code: 'task-failed',
    severity: 'error',
    traps: [21],
    is: 'a connector or a task that is FAILED, also behind a connector that says RUNNING',
    happens: 'nothing is captured, and Connect leaves it so',
    remedy: 'remove the cause, then: banyan connector apply',
    page: inTrouble,
    // The root cause in a trace may hold values of rows: what it is known to mean is enough here.
    find: (facts) => {
      const { failure, status } = facts.connector ?? {};
      if (!failure || !status) return [];
      const states = status.tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ');
      const why = failure.trouble ? `${failure.trouble.what} (${failure.trouble.code}); ` : '';
      return [{ where: at(facts), what: `${why}connector ${status.connector.state}, ${states || 'no task'}` }];
    },
  },
  {
    code: 'connector-not-running',
    severity: 'warning',
    traps: [21],
    is: 'a connector that is paused or stopped, or has no task',
    happens: 'nothing is captured, and the binlog that it has not read is purged in its time',
    remedy: 'whoever has stopped it resumes it: PUT /connectors/<name>/resume at the worker',
    page,
    find: (facts) => {
      const { failure, status } = facts.connector ?? {};
      if (!status || failure) return [];
      const runs = status.connector.state === 'RUNNING' && status.tasks.length > 0;
      return runs ? [] : [{ where: at(facts), what: `${status.connector.state}, ${status.tasks.length} tasks` }];
    },
  },
  {
    code: 'heartbeat-off',
    severity: 'warning',
    traps: [6],
    is: 'a connector without a heartbeat',
    happens:
      'while captured tables are quiet its stored position stays behind, until the binlog there is purged; read models do not know how fresh they are',
    remedy: 'set heartbeat.interval.ms, as banyan connector apply does',
    page,
    find: (facts) =>
      configured(facts, (config) =>
        Number(config['heartbeat.interval.ms'] ?? 0) > 0 ? [] : ['heartbeat.interval.ms is not set'],
      ),
  },
  {
    code: 'truncates-skipped',
    severity: 'warning',
    traps: [3],
    is: 'a connector that leaves TRUNCATE out',
    happens: 'a table that is emptied stays full in each read model',
    remedy: 'set skipped.operations to none, as banyan connector apply does',
    page,
    find: (facts) =>
      configured(facts, ({ 'skipped.operations': skipped = 't' }) =>
        skipped.split(',').includes('t') ? [`skipped.operations is ${skipped}`] : [],
      ),
  },
  {
    code: 'setting-inexact',
    severity: 'error',
    traps: [8, 9, 10, 12],
    is: 'a connector whose settings change values, leave some out, or tell no transactions',
    happens: 'what arrives is not what the source has, or cannot be put into whole transactions',
    remedy: 'banyan connector apply; then prove and repair what came before',
    page,
    find: (facts) =>
      configured(facts, (config) =>
        exactSettings
          .filter((name) => config[name] !== facts.wanted.config[name])
          .map((name) => `${name} is ${config[name] ?? 'not set'}, and should be ${facts.wanted.config[name]}`),
      ),
  },
  {
    code: 'server-id-taken',
    severity: 'error',
    traps: [],
    is: 'a connector with the server id of its source',
    happens: 'the source does not let it read',
    remedy: 'give it another database.server.id, which no reader has',
    page: inTrouble,
    find: (facts) =>
      configured(facts, ({ 'database.server.id': id }) =>
        id !== undefined && id === facts.server.variables.get('server_id') ? [`both have ${id}`] : [],
      ),
  },
  {
    code: 'password-in-config',
    severity: 'warning',
    traps: [22],
    is: 'a password that stands in the connector’s configuration',
    happens: 'whoever reaches the worker’s REST API can read it, and so can whoever reads its topics',
    remedy: 'put a reference of a config provider there, as SOURCE_DB_PASSWORD_REF is one, and change the password',
    page,
    find: (facts) =>
      configured(facts, ({ 'database.password': password }) =>
        password !== undefined && !/^\$\{[^}:]+:[^}]+\}$/.test(password) ? ['database.password is no reference'] : [],
      ),
  },
  {
    code: 'connect-open',
    severity: 'warning',
    traps: [22],
    is: 'a worker whose REST API answers anybody',
    happens: 'whoever reaches it can have it send the source’s credentials to a host of his own',
    remedy: 'let it listen on loopback, or behind a NetworkPolicy, or ask for a password',
    page,
    find: ({ isProtected, connectUrl }) =>
      isProtected || /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(connectUrl).hostname)
        ? []
        : [{ where: 'connect', what: 'it has asked for no password' }],
  },
  {
    code: 'binlog-purged',
    severity: 'error',
    traps: [6],
    is: 'a connector whose position is in the binlog no more',
    happens: 'it cannot go on: changes are lost to the stream',
    remedy: 'capture anew; keep the binlog for longer',
    page: inTrouble,
    find: (facts) => {
      const [file, logs] = [fileOf(facts), facts.server.logs];
      const isGone = file !== null && logs !== null && !logs.some(({ name }) => name === file);
      return isGone ? [{ where: at(facts), what: `${file} is gone` }] : [];
    },
  },
  {
    code: 'binlog-behind',
    severity: 'warning',
    traps: [6],
    is: 'a connector that is behind by half of what the binlog keeps, or more',
    happens: 'when it is away for as long again its position is purged: everything is to be captured anew',
    remedy: 'see why it is behind (banyan status), and keep the binlog for longer (binlog_expire_logs_seconds)',
    page: inTrouble,
    find: behind,
  },
];

function behind(facts: BridgeFacts): Place[] {
  const [lag, keptS] = [lagOf(facts), Number(facts.server.variables.get('binlog_expire_logs_seconds') ?? 0)];
  if (!lag?.ms || keptS === 0 || lag.ms < keptS * 500) return [];
  return [{ where: at(facts), what: `${lag.bytes} bytes behind, about ${(lag.ms / 3_600_000).toFixed(1)} h` }];
}
