import { describe, expect, it } from '@jest/globals';
import { mariaDbSource } from '../mariadb/source.ts';
import { secretRef } from '../secrets/secret.ts';
import { binlogOffset, fakeMariaDb } from '../testing/samples.ts';
import { kafkaSignal, signalTable, tableSignal } from './carriers.ts';
import { incrementalSnapshotIn } from './progress.ts';
import { executeSnapshot, pauseSnapshot, resumeSnapshot, stopSnapshot } from './signal.ts';

const id = '924e3ff8-2245-43ca-ba77-2af9af02fa07';
const refusal = (message: string) =>
  expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining(message) });

describe('a signal', () => {
  it('starts an incremental snapshot as Debezium’s page writes it', () => {
    const conditions = [{ table: 'bank.cards', filter: "kind = 'debit'" }];
    expect(executeSnapshot({ id, tables: ['bank.cards'], conditions, surrogateKey: 'number' })).toEqual({
      id,
      type: 'execute-snapshot',
      data: {
        type: 'INCREMENTAL',
        'data-collections': ['bank.cards'],
        'additional-conditions': [{ 'data-collection': 'bank.cards', filter: "kind = 'debit'" }],
        'surrogate-key': 'number',
      },
    });
  });

  it('leaves out what is not asked for', () => {
    expect(executeSnapshot({ tables: ['bank.cards'], type: 'blocking' }).data).toEqual({
      type: 'BLOCKING',
      'data-collections': ['bank.cards'],
    });
    expect(stopSnapshot().data).toEqual({ type: 'INCREMENTAL' });
    expect(stopSnapshot({ tables: ['bank.cards'] }).data['data-collections']).toEqual(['bank.cards']);
    expect(pauseSnapshot({ id })).toEqual({ id, type: 'pause-snapshot', data: {} });
    expect(resumeSnapshot({ id })).toEqual({ id, type: 'resume-snapshot', data: {} });
  });

  it('has an id of its own', () => {
    expect(pauseSnapshot().id).not.toBe(pauseSnapshot().id);
  });

  it('names exactly the table, whatever signs are in it', () => {
    const tables = ['bank.cards', 'bank.odd $name', { regex: 'bank\\.c.*' }];
    expect(executeSnapshot({ tables }).data['data-collections']).toEqual([
      'bank.cards',
      'bank\\.odd\\x20\\$name',
      'bank\\.c.*',
    ]);
  });

  it.each([
    [() => executeSnapshot({ tables: [] }), 'tables: the list is empty'],
    [() => executeSnapshot({ tables: ['cards'] }), '"cards" is not of the form database.table'],
    [() => executeSnapshot({ tables: [''] }), 'tables: has an empty entry'],
    [() => executeSnapshot({ tables: ['a.b'], conditions: [{ table: 'a.b', filter: ' ' }] }), 'filter: is empty'],
    [
      () => executeSnapshot({ tables: ['a.b'], type: 'blocking', surrogateKey: 'c' }),
      'a blocking snapshot has no chunks',
    ],
    [() => stopSnapshot({ tables: [] }), 'leave it out to stop all of the snapshot'],
  ])('refuses what the connector would drop: %s', (make, message) => {
    expect(make).toThrow(refusal(message));
  });
});

describe('a signal by Kafka', () => {
  const listening = { ...fakeMariaDb, 'signal.enabled.channels': 'source, kafka', 'read.only': 'true' };

  it('is a record with the connector’s key for the partition it reads', () => {
    const { value, ...addressed } = kafkaSignal(listening, pauseSnapshot({ id }));
    expect(addressed).toEqual({ topic: 'bank-signal', partition: 0, key: 'bank' });
    expect(JSON.parse(value)).toEqual({ id, type: 'pause-snapshot', data: {} });
    expect(kafkaSignal({ ...listening, 'signal.kafka.topic': 'signals' }, pauseSnapshot()).topic).toBe('signals');
  });

  it('is refused for a connector that would not hear it, or could not do it', () => {
    const snapshot = executeSnapshot({ tables: ['bank.cards'] });
    expect(() => kafkaSignal(fakeMariaDb, snapshot)).toThrow(refusal('add it to signal.enabled.channels'));
    expect(() => kafkaSignal({ ...listening, 'read.only': 'false' }, snapshot)).toThrow(refusal('set read.only'));
    expect(() => kafkaSignal({ ...listening, 'read.only': 'false' }, pauseSnapshot())).not.toThrow();
    const withTable = { ...listening, 'read.only': 'false', 'signal.data.collection': 'bank.signals' };
    expect(() => kafkaSignal(withTable, snapshot)).not.toThrow();
  });
});

describe('a signal by table', () => {
  const listening = { ...fakeMariaDb, 'signal.data.collection': 'bank.odd`signals' };

  it('is a row of the table that the connector reads', () => {
    expect(tableSignal(listening, stopSnapshot({ id }))).toEqual({
      sql: 'INSERT INTO `bank`.`odd``signals` (id, type, data) VALUES (?, ?, ?)',
      values: [id, 'stop-snapshot', '{"type":"INCREMENTAL"}'],
    });
    expect(signalTable(listening)).toMatch(/^CREATE TABLE IF NOT EXISTS `bank`\.`odd``signals` \(id VARCHAR\(42\)/);
  });

  it('is refused for a connector that reads none', () => {
    expect(() => tableSignal(fakeMariaDb, stopSnapshot())).toThrow(refusal('has no signal.data.collection'));
    const deaf = { ...listening, 'signal.enabled.channels': 'kafka' };
    expect(() => tableSignal(deaf, stopSnapshot())).toThrow(refusal('channel "source"'));
  });
});

describe('incrementalSnapshotIn', () => {
  it('has the tables left while one is under way', () => {
    const entry = (table: string) => ({ incremental_snapshot_collections_id: table });
    const offset = {
      ...binlogOffset,
      incremental_snapshot_collections: JSON.stringify([entry('bank.cards'), entry('bank.loans')]),
    };
    expect(incrementalSnapshotIn(offset)).toEqual({ tables: ['bank.cards', 'bank.loans'] });
  });

  it.each([undefined, null, binlogOffset, { incremental_snapshot_collections: '[' }])('%j is of none', (offset) => {
    expect(incrementalSnapshotIn(offset)).toBeUndefined();
  });
});

it('mariaDbSource makes a connector that both ways reach', () => {
  const config = mariaDbSource({
    topicPrefix: 'bank',
    database: { hostname: 'db', user: 'cdc', password: secretRef('env', 'CDC_PASSWORD'), serverId: 5400 },
    schemaHistory: { kafka: { bootstrapServers: ['k:9092'], topic: 'bank.history' } },
    signal: {
      enabledChannels: ['source', 'kafka'],
      dataCollection: 'bank.signals',
      kafka: { bootstrapServers: ['k:9092'], topic: 'bank.signal' },
    },
  });
  expect(kafkaSignal(config, executeSnapshot({ tables: ['bank.cards'] })).topic).toBe('bank.signal');
  expect(tableSignal(config, pauseSnapshot()).sql).toContain('`bank`.`signals`');
});
