import { describe, expect, it } from '@jest/globals';
import { type ChangeEvent, parseGtid, parsePosition } from '../change-event/index.ts';
import { readRecording } from '../merge/testing-recording.ts';
import type { MergeRecord } from '../merge/types.ts';
import type { Chunk } from '../transport/index.ts';
import { Continuity } from './continuity.ts';

const source = { binlogFile: 'b', binlogPosition: 1, rowNumber: 0, timestampMs: 0 };
const row: ChangeEvent = { operation: 'read', table: 'b.t', before: null, after: {}, source, transaction: null };
const change = (more: Partial<ChangeEvent>): MergeRecord => ({
  kind: 'change',
  offset: 0n,
  change: { ...row, ...more },
});
const marker = (gtid: string, status: 'BEGIN' | 'END' = 'BEGIN'): MergeRecord => ({
  kind: 'marker',
  offset: 7n,
  marker: { status, transaction: parseGtid(gtid)!, timestampMs: 0, counts: null },
});
const chunk = (timestampMs: number, records: number): Chunk => ({
  topic: 'bank.transaction',
  partition: 0,
  messages: Array.from({ length: records }, () => ({ offset: 7n, timestampMs, key: null, value: null })),
  nextOffset: 8n,
});
const missing = (message: string) => expect.objectContaining({ code: 'changes-missing', message, retriable: false });

/** Reads records of a read model that stands at the position, filled or not. */
function reader(position: string | null, filled = true) {
  const continuity = new Continuity(position === null ? null : parsePosition(position));
  const read = (records: readonly MergeRecord[], atMs = 1) =>
    continuity.admit(chunk(atMs, records.length), records, filled).map(({ kind }) => kind);
  return { continuity, read, gtids: (...gtids: string[]) => read(gtids.map((gtid) => marker(gtid))) };
}

describe('Continuity', () => {
  it('finds nothing missing in GTIDs that follow each other, whoever counts them, repeated or of a new domain', () => {
    const { gtids } = reader('0-1-5');
    expect(() => gtids('0-1-6', '0-1-7', '0-1-6', '0-1-7', '0-2-8', '9-1-44', '0-1-9', '9-1-45')).not.toThrow();
  });

  it('finds nothing missing in what a connector wrote that was killed and cut off again and again', () => {
    const { read } = reader(null, false);
    const records = readRecording('connector-restart').written.flatMap(({ offset, content }): MergeRecord[] =>
      'status' in content ? [{ kind: 'marker', offset, marker: content }] : [],
    );
    expect(records.length).toBeGreaterThan(30);
    expect(read(records)).toEqual(records.map(() => 'marker'));
  });

  it('names what is missing: behind the position, in the middle, and while filling', () => {
    const two = missing(
      'bank.transaction at offset 7: after 0-1-5 comes 0-1-8: 2 transactions of the source are not in Kafka',
    );
    expect(() => reader('0-1-5').gtids('0-1-8')).toThrow(two);
    expect(() => reader('0-1-4').gtids('0-1-5', '0-1-8')).toThrow(two);
    expect(() => reader(null, false).gtids('0-1-5', '0-1-8')).toThrow(two);
  });

  it('finds a promoted replica that lacked the newest transactions: it gives their numbers to others', () => {
    const why = 'another server has the number for a transaction of its own';
    const { gtids } = reader('0-1-5');
    gtids('0-1-5', '0-2-4');
    expect(() => gtids('0-2-5')).toThrow(missing(`bank.transaction at offset 7: after 0-1-5 comes 0-2-5: ${why}`));
  });

  it('takes an END whose BEGIN was before it for the transaction', () => {
    expect(() => reader('0-1-5').read([marker('0-1-7', 'END')])).toThrow('after 0-1-5 comes 0-1-7');
  });

  describe('with a snapshot that comes to a read model that is filled', () => {
    it('leaves its rows out, and knows nothing to be fresh until the next transaction', () => {
      const { continuity, read } = reader('0-1-5');
      expect(read([change({})], 10)).toEqual(['ignored']);
      expect(continuity.unsure).toBe(true);
      read([marker('0-1-6')], 11);
      expect(continuity.unsure).toBe(false);
    });

    it('is not made sure by a transaction before it that is read late', () => {
      const { continuity, read } = reader('0-1-5');
      read([change({})], 10);
      read([marker('0-1-6')], 9);
      expect(continuity.unsure).toBe(true);
      expect(() => read([marker('0-1-8')], 11)).toThrow('after 0-1-6 comes 0-1-8: 1 transactions');
    });

    // Rows of the first snapshot that a broker delivered once more, between a BEGIN and its END, stopped a projector as `changes-missing`.
    it('takes the END of a transaction that was open when its rows came for what it is', () => {
      const { continuity, read } = reader('0-1-5');
      read([marker('0-1-6')], 9);
      read([change({})], 10);
      expect(() => read([marker('0-1-6', 'END')], 11)).not.toThrow();
      expect(continuity.unsure).toBe(true);
      expect(() => read([marker('0-1-6')], 12)).toThrow('the source counts anew');
    });

    it('finds a source that counts anew; without a snapshot it is a connector that repeats', () => {
      const { read, gtids } = reader('0-1-5');
      gtids('0-1-2');
      read([change({})], 10);
      expect(() => read([marker('0-1-2')], 11)).toThrow(
        missing(
          'bank.transaction at offset 7: after 0-1-5 comes 0-1-2: the source counts anew, and what it counted before is not known',
        ),
      );
    });
  });

  it('lets all else through: a snapshot that fills, incremental ones, changes', () => {
    expect(reader('0-1-5', false).read([change({})])).toEqual(['change']);
    const { continuity, read } = reader('0-1-5');
    expect(read([change({ incremental: true }), change({ operation: 'create' })])).toEqual(['change', 'change']);
    expect(continuity.unsure).toBe(false);
  });

  describe('of a read model that is filled', () => {
    const end = (gtid: string, rows: number): MergeRecord => {
      const { offset, marker: one } = marker(gtid, 'END') as Extract<MergeRecord, { kind: 'marker' }>;
      return { kind: 'marker', offset, marker: { ...one, counts: new Map([['b.t', rows]]) } };
    };
    const create = (gtid: string) => change({ operation: 'create', transaction: parseGtid(gtid) });
    const check = (records: readonly MergeRecord[], position: string, start: string | null = null) => {
      const { continuity, read } = reader(start, false);
      read(records);
      return () => continuity.checkBeginnings(['b.t', 'b.quiet'], parsePosition(position)!);
    };

    it('finds a topic that begins later than the transactions that wrote to it, or has none of their rows', () => {
      const message = 'the topic of b.t begins with 0-1-7, but 0-1-6 wrote to it: it is not the topic of then';
      expect(check([end('0-1-6', 2), end('0-1-7', 1), create('0-1-7')], '0-1-7')).toThrow(missing(message));
      expect(check([end('0-1-6', 2)], '0-1-6')).toThrow(
        'the topic of b.t has no row of a transaction, but 0-1-6 wrote',
      );
    });

    it('finds nothing missing in one that begins in time', () => {
      expect(check([end('0-1-6', 2), create('0-1-6'), end('0-1-7', 1), create('0-1-7')], '0-1-7')).not.toThrow();
      expect(check([create('0-1-5'), end('0-1-6', 0), end('0-1-7', 1)], '0-1-7')).not.toThrow();
      expect(check([], '0-1-7')).not.toThrow();
    });

    it('does not look for what is not read yet, or was read by the pass before', () => {
      expect(check([end('0-1-6', 0), end('0-1-7', 1)], '0-1-6')).not.toThrow();
      expect(check([end('0-1-5', 1), end('0-1-6', 0)], '0-1-6', '0-1-5')).not.toThrow();
    });
  });
});
