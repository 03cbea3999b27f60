import type { Capture, CaptureTopic } from '@banyan/connectors';
import type { OpenTransaction } from '@banyan/kit/transport';
import { type ConnectorConfig, literalRegex, maskSecrets } from 'debezium-connect-client';
import {
  type AddedTable,
  addedTo,
  databaseList,
  hasHad,
  missingFrom,
  type NotCaptured,
  split,
  tableList,
} from './added-tables.ts';
import type { Histories } from './histories.ts';

/** Who needs tables: a service, by its declaration. */
export interface Reader {
  readonly name: string;
  readonly tables: readonly string[];
}

/** A setting that would be another; null where it is not set. Secrets are masked. */
export interface Change {
  readonly setting: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Why it is dangerous; null when it is not. */
  readonly danger: string | null;
}

export interface Plan {
  readonly name: string;
  readonly connector: 'new' | 'changed' | 'same';
  readonly changes: readonly Change[];
  /** To be made. */
  readonly topics: readonly CaptureTopic[];
  /** Those among them that the running connector has had: what was in them is gone. */
  readonly lost: readonly string[];
  /** Captured already, though no service names them any more: they stay. */
  readonly kept: readonly string[];
  readonly notCaptured: readonly NotCaptured[];
  /** To be captured too, with their history. */
  readonly added: readonly AddedTable[];
  /** The connector was stopped to add tables, by somebody who did not come to resume it. */
  readonly isStoppedToAdd: boolean;
  /** To be ended. */
  readonly hanging: readonly OpenTransaction[];
  /** To be put. Not for printing: `changes` is. */
  readonly config: ConnectorConfig;
}

export interface Found {
  /** Null: there is no connector of this name. */
  readonly config: ConnectorConfig | null;
  readonly topics: readonly string[];
  readonly hanging: readonly OpenTransaction[];
  readonly histories: Histories;
  /** Those of the topics that have something in them, where that is looked at. */
  readonly used: ReadonlySet<string>;
  /** Estimates of the source, by table. */
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * What is between what the worker has and what is wanted. A running connector goes on with the tables that it captures: none is
 * dropped. One that is added brings its history with it, or a read model would be short of rows.
 */
export function planOf(capture: Capture, readers: readonly Reader[], found: Found): Plan {
  const { config: current, topics, hanging } = found;
  const { name } = capture;
  const captured = split(current?.[tableList]);
  const notCaptured = current === null ? [] : missingFrom(current, readers, found);
  const added = current === null ? [] : addedTo(current, readers, found);
  const tables = [
    ...captured,
    ...added.map(({ table }) => literalRegex(table)).filter((one) => !captured.includes(one)),
  ];
  const wanted: ConnectorConfig = current
    ? { ...capture.config, name, [tableList]: tables.join(','), [databaseList]: databases(capture, current) }
    : { ...capture.config, name };
  const changes = changesBetween(current ?? {}, wanted);
  const missing = capture.topics.filter(({ topic }) => !topics.includes(topic));
  const named = new Set(readers.flatMap(({ tables }) => tables.map(literalRegex)));
  return {
    name,
    connector: current === null ? 'new' : changes.length === 0 ? 'same' : 'changed',
    changes,
    topics: missing,
    lost: current === null ? [] : missing.filter((one) => hasHad(current, one, added)).map(({ topic }) => topic),
    kept: captured.filter((pattern) => !named.has(pattern)).map(nameIn),
    notCaptured,
    added,
    isStoppedToAdd: [...found.histories.values()].some(({ state, isStopped }) => state === 'begun' && isStopped),
    hanging,
    config: wanted,
  };
}

/** What apply does only when it is told to. */
export interface Danger {
  readonly what: string;
  readonly why: string;
}

export function dangersOf({ connector, changes, lost }: Plan): Danger[] {
  const settings = (connector === 'changed' ? changes : []).flatMap(({ setting, from, to, danger }) =>
    danger === null ? [] : [{ what: `${setting}: ${from ?? '(not set)'} -> ${to ?? '(not set)'}`, why: danger }],
  );
  const why =
    'it is gone, with the history that was in it; made anew it is empty, and read models stop at it: capture anew';
  return [...settings, ...lost.map((topic) => ({ what: `topic ${topic}`, why }))];
}

/** Those of the tables that stay, too. */
function databases({ config }: Capture, current: ConnectorConfig): string {
  return [...new Set([...split(current[databaseList]), ...split(config[databaseList])])].join(',');
}

function changesBetween(current: ConnectorConfig, wanted: ConnectorConfig): Change[] {
  const [from, to] = [maskSecrets(current), maskSecrets(wanted)];
  const settings = [...new Set([...Object.keys(current), ...Object.keys(wanted)])].sort();
  return settings
    .filter((setting) => current[setting] !== wanted[setting])
    .map((setting) => ({
      setting,
      from: from[setting] ?? null,
      to: to[setting] ?? null,
      danger: dangerOf(setting, current[setting], wanted[setting]),
    }));
}

function dangerOf(setting: string, from: string | undefined, to: string | undefined): string | null {
  const shown = split(from).filter((pattern) => !split(to).includes(pattern));
  if (setting === 'column.exclude.list')
    return shown.length > 0 ? `${shown.map(nameIn).join(', ')} leaves the database, and is in Kafka for good` : null;
  if (setting === 'database.hostname' || setting === 'database.port')
    return 'the position in Kafka is one in the binlog of the server so far: this must be the same one, or its replica';
  if (setting === 'snapshot.mode') return 'somebody has set it by hand, perhaps in the middle of a recovery';
  if (setting === 'schema.history.internal.kafka.topic')
    return 'without its history the connector does not know the tables that it reads';
  return null;
}

/** The name that `literalRegex` has made a regular expression of. */
const nameIn = (pattern: string): string =>
  pattern.replaceAll(/\\x([0-9a-f]{2})|\\(.)/g, (_, hex?: string, sign?: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : sign!,
  );
