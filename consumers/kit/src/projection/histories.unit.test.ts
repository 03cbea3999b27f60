import { describe, expect, it } from '@jest/globals';
import { decodeHistory, encodeHistory, type History } from '../change-event/index.ts';
import { Histories } from './histories.ts';

const begun: History = { table: 'bank.loans', state: 'begun', isStopped: false, notifiedFrom: 12n };
const whole: History = { ...begun, state: 'whole' };

/** Read by a projection over these tables, up to an end. */
function read(
  values: readonly (Uint8Array | null)[],
  tables = ['bank.loans', 'bank.accounts'],
  end = values.length,
): Histories {
  const histories = new Histories(tables, { next: 0n, end: BigInt(end) });
  const messages = values.map((value, index) => ({ offset: BigInt(index), timestampMs: 0, key: null, value }));
  histories.push({ topic: 'bank.histories', partition: 0, messages, nextOffset: BigInt(values.length) });
  return histories;
}

describe('the histories of tables that were added', () => {
  it('come back as they were written', () => {
    for (const one of [begun, whole, { ...begun, isStopped: true }])
      expect(decodeHistory(encodeHistory(one))).toEqual(one);
  });

  it('are whole where no table was added', () => {
    expect(new Histories(['bank.loans'], { next: 0n, end: 0n })).toMatchObject({
      isCaughtUp: true,
      isNeeded: false,
      parts: [],
    });
  });

  it('are a part until the newest word of a table is that it is whole', () => {
    expect(read([begun].map(encodeHistory))).toMatchObject({ isNeeded: true, parts: ['bank.loans'] });
    expect(read([begun, whole].map(encodeHistory))).toMatchObject({ isNeeded: true, parts: [] });
    expect(read([begun, whole, begun].map(encodeHistory)).parts).toEqual(['bank.loans']);
  });

  it('of other tables are nobody’s business', () => {
    expect(read([encodeHistory(begun)], ['bank.accounts'])).toMatchObject({ isNeeded: false, parts: [] });
  });

  it('are known when all that was there is read', () => {
    expect(read([encodeHistory(whole)], undefined, 2).isCaughtUp).toBe(false);
    expect(read([encodeHistory(whole), null]).isCaughtUp).toBe(true);
  });

  it.each([['no JSON'], ['{"v":2}'], ['{"v":1,"table":"bank.loans","state":"half","notifiedFrom":"0"}'], ['null']])(
    'that nobody understands stop by name, as they may say that something is missing: %s',
    (text) => {
      expect(() => read([Buffer.from(text)])).toThrow(
        expect.objectContaining({
          code: 'undecodable',
          message: expect.stringContaining('bank.histories, partition 0, offset 0'),
        }),
      );
    },
  );
});
