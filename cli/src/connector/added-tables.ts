import { type CaptureTopic, historiesOf, notificationsOf, topicName } from '@banyan/connectors';
import { type ConnectorConfig, literalRegex } from 'debezium-connect-client';
import type { Found, Reader } from './plan.ts';

/** A table that the running connector does not capture, or of which it has begun to bring the history. */
export interface AddedTable {
  readonly table: string;
  readonly services: readonly string[];
  /** `begun`: somebody has, and has not seen it whole. */
  readonly state: 'new' | 'begun';
  /** What the source estimates; null where it is not asked. */
  readonly rows: number | null;
}

/** What a service reads and the running connector cannot be made to capture. */
export interface NotCaptured {
  readonly service: string;
  readonly tables: readonly string[];
}

export const tableList = 'table.include.list';
export const databaseList = 'database.include.list';
export const split = (list: string | undefined): string[] => (list ? list.split(',') : []);

/** What can be added by an incremental snapshot, and what has been begun and not seen to its end. */
export function addedTo(current: ConnectorConfig, readers: readonly Reader[], found: Found): AddedTable[] {
  const { histories, rows } = found;
  const isBegun = (table: string) => histories.get(table)?.state === 'begun';
  const named = readers.flatMap(({ tables }) => tables);
  const added = named.filter((table) => !isCaptured(current, table) && mayBeAdded(current, table, found));
  return [...new Set([...added, ...[...histories.keys()].filter(isBegun)])].sort().map((table) => ({
    table,
    services: readers.filter(({ tables }) => tables.includes(table)).map(({ name }) => name),
    state: isBegun(table) ? 'begun' : 'new',
    rows: rows.get(table) ?? null,
  }));
}

export function missingFrom(current: ConnectorConfig, readers: readonly Reader[], found: Found): NotCaptured[] {
  return readers.flatMap(({ name, tables }) => {
    const missing = tables.filter((table) => !isCaptured(current, table) && !mayBeAdded(current, table, found));
    return missing.length === 0 ? [] : [{ service: name, tables: missing }];
  });
}

/** The tables that are not captured: those whose topics have to be looked at. */
export const uncaptured = (current: ConnectorConfig, readers: readonly Reader[]): string[] =>
  [...new Set(readers.flatMap(({ tables }) => tables))].filter((table) => !isCaptured(current, table));

/** Whether the running connector has had the topic: not what comes with this version, or with a table that is added. */
export function hasHad(
  current: ConnectorConfig,
  { topic, config }: CaptureTopic,
  added: readonly AddedTable[],
): boolean {
  const { 'topic.prefix': prefix = '', 'notification.sink.topic.name': notifications } = current;
  if (config['retention.ms'] !== '-1') return false;
  if ([historiesOf(prefix), notificationsOf(prefix)].includes(topic)) return notifications === notificationsOf(prefix);
  return !added.some(({ table }) => topicOf(current, table) === topic);
}

export const topicOf = (current: ConnectorConfig, table: string): string =>
  topicName(`${current['topic.prefix']}.${table}`);

const isCaptured = (current: ConnectorConfig, table: string): boolean =>
  split(current[tableList]).includes(literalRegex(table));

/**
 * The schema history has the tables of the captured databases alone. The name of a table under way stands in Debezium's offset
 * without quotes: with a blank, a dot or a quote in it the connector would not start again. And where the topic has rows of an
 * earlier capture, nobody knows which of them are gone since.
 */
function mayBeAdded(current: ConnectorConfig, table: string, { histories, used }: Found): boolean {
  const database = table.slice(0, table.indexOf('.'));
  const isFresh = histories.get(table)?.state === 'begun' || !used.has(topicOf(current, table));
  return isFresh && split(current[databaseList]).includes(literalRegex(database)) && sayable.test(table);
}

const sayable = /^[^\s.,'"`[\]]+\.[^\s.,'"`[\]]+$/;
