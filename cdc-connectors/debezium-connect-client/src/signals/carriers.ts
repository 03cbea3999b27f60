import { ConnectError } from '../errors/connect-error.ts';
import type { ConnectorConfig } from '../rest/types.ts';
import type { Signal } from './signal.ts';

/** A record for the caller's producer, as it is: the connector reads partition 0 only, and only records with its key. */
export type SignalRecord = {
  readonly topic: string;
  readonly partition: 0;
  readonly key: string;
  readonly value: string;
};

/** A statement with `?` for each of its values, as mysql2 and mariadb take it. */
export type SignalStatement = { readonly sql: string; readonly values: readonly [string, string, string] };

/**
 * The signal as a Kafka record for the connector with this configuration (`client.config(name)`). The connector looks every
 * `signal.poll.interval.ms` (5 000 unless set), and at each signal once, also at one that was sent while it was stopped.
 *
 * Throws `invalid-config` for a connector that listens to no topic, or that could not do what the signal asks for.
 */
export function kafkaSignal(config: ConnectorConfig, { id, type, data }: Signal): SignalRecord {
  requireChannel(config, 'kafka');
  requireWatermarks(config, { type, data });
  const key = requireSetting(config, 'topic.prefix', 'it is what the signal is addressed to');
  const topic = config['signal.kafka.topic'] ?? `${key}-signal`;
  // Not even an unused "data" may be missing: the connector would fall over it.
  return { topic, partition: 0, key, value: JSON.stringify({ id, type, data }) };
}

/**
 * The signal as a row of the signalling table of the connector with this configuration, to be written at the source. It takes
 * its place among the changes, and is seen as soon as they are.
 *
 * Throws `invalid-config` for a connector that reads no such table.
 */
export function tableSignal(config: ConnectorConfig, { id, type, data }: Signal): SignalStatement {
  requireChannel(config, 'source');
  const sql = `INSERT INTO ${tableOf(config)} (id, type, data) VALUES (?, ?, ?)`;
  return { sql, values: [id, type, JSON.stringify(data)] };
}

/**
 * The statement that makes the signalling table, when it is not there. The connector's user needs INSERT on it, and DELETE for
 * `incremental.snapshot.watermarking.strategy=insert_delete`: during an incremental snapshot the connector marks its chunks there.
 */
export function signalTable(config: ConnectorConfig): string {
  const columns = 'id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL';
  return `CREATE TABLE IF NOT EXISTS ${tableOf(config)} (${columns})`;
}

function tableOf(config: ConnectorConfig): string {
  const table = requireSetting(config, 'signal.data.collection', 'give it the database.table to write signals to');
  const dot = table.indexOf('.');
  return [table.slice(0, dot), table.slice(dot + 1)].map((part) => `\`${part.replaceAll('`', '``')}\``).join('.');
}

function requireChannel(config: ConnectorConfig, channel: 'kafka' | 'source'): void {
  const enabled = (config['signal.enabled.channels'] ?? 'source').split(',').map((name) => name.trim());
  if (enabled.includes(channel)) return;
  throw unfit(config, `does not listen on the channel "${channel}"; add it to signal.enabled.channels`);
}

/** An incremental snapshot needs marks in the stream: rows the connector writes into the table, or GTIDs that it reads. */
function requireWatermarks(config: ConnectorConfig, { type, data }: Pick<Signal, 'type' | 'data'>): void {
  const incremental = type === 'execute-snapshot' && data.type === 'INCREMENTAL';
  if (!incremental || config['read.only'] === 'true' || config['signal.data.collection']) return;
  const remedy = 'set read.only to true where the source has GTIDs, else signal.data.collection';
  throw unfit(config, `cannot take an incremental snapshot; ${remedy}`);
}

function requireSetting(config: ConnectorConfig, key: string, why: string): string {
  const value = config[key];
  if (value === undefined || value === '') throw unfit(config, `has no ${key}; ${why}`);
  return value;
}

function unfit(config: ConnectorConfig, problem: string): ConnectError {
  return new ConnectError('invalid-config', `connector "${config.name ?? config['topic.prefix'] ?? ''}" ${problem}`);
}
