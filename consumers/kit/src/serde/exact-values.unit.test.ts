import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bitsBytes, dateText, dateTimeText, decimalText, timeText, zonedText } from './exact-values.ts';

/** java.math.BigInteger.toByteArray, with `more` bytes of sign in front. */
function twosComplement(value: bigint, more = 0): Uint8Array {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  const size = bytes + more;
  return Buffer.from(
    BigInt.asUintN(size * 8, value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
}

describe('decimalText', () => {
  it.each<[bigint, number, string]>([
    [0n, 0, '0'],
    [0n, 4, '0.0000'],
    [-1n, 0, '-1'],
    [-1n, 2, '-0.01'],
    [-100n, 2, '-1.00'],
    [5n, 1, '0.5'],
    [127n, 0, '127'],
    [128n, 0, '128'],
    [-128n, 0, '-128'],
    [18_446_744_073_709_551_615n, 0, '18446744073709551615'],
    [-(10n ** 65n - 1n), 30, `-${'9'.repeat(35)}.${'9'.repeat(30)}`],
  ])('%s with scale %s is %s', (unscaled, scale, text) => {
    expect(decimalText(twosComplement(unscaled), scale)).toBe(text);
  });

  it('has the unscaled digits with the point where the scale says, for every value and scale', () => {
    const unscaled = fc.bigInt({ min: -(10n ** 65n), max: 10n ** 65n });
    fc.assert(
      fc.property(unscaled, fc.nat(38), fc.nat(3), (value, scale, more) => {
        const text = decimalText(twosComplement(value, more), scale);
        expect(text).toMatch(scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${scale}}$`));
        expect(text).not.toMatch(/^-?0\d/);
        expect(BigInt(text.replace('.', ''))).toBe(value);
        expect(text.startsWith('-')).toBe(value < 0n);
      }),
    );
  });

  it('takes no bytes as zero', () => expect(decimalText(new Uint8Array(), 2)).toBe('0.00'));
});

/** Days to a civil date, by Howard Hinnant's algorithm; source: https://howardhinnant.github.io/date_algorithms.html */
function civil(days: number): string {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
const [firstDay, lastDay] = [-719_528, 2_932_896]; // 0000-01-01 and 9999-12-31

describe('dateText', () => {
  it.each([
    [firstDay, '0000-01-01'],
    [-354_285, '1000-01-01'],
    [-1, '1969-12-31'],
    [0, '1970-01-01'],
    [19_782, '2024-02-29'],
    [lastDay, '9999-12-31'],
  ])('%s days are %s', (days, text) => expect(dateText(days)).toBe(text));

  it('is the civil date, for every day', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstDay, max: lastDay }), (days) => expect(dateText(days)).toBe(civil(days))),
    );
  });

  it.each([firstDay - 1, lastDay + 1, 2 ** 31])('refuses day %s, which no column can hold', (days) => {
    expect(() => dateText(days)).toThrow(RangeError);
  });
});

describe('dateTimeText', () => {
  it.each<[bigint, 3 | 6, string]>([
    [0n, 3, '1970-01-01 00:00:00.000'],
    [-1n, 3, '1969-12-31 23:59:59.999'],
    [-1n, 6, '1969-12-31 23:59:59.999999'],
    [-30_610_224_000_000n, 3, '1000-01-01 00:00:00.000'],
    [253_402_300_799_999_999n, 6, '9999-12-31 23:59:59.999999'],
  ])('%s ticks with %s digits are %s', (ticks, digits, text) => expect(dateTimeText(ticks, digits)).toBe(text));

  it('is the civil date, the time of day and the fraction, for every tick', () => {
    for (const digits of [3, 6] as const) {
      const perSecond = 10n ** BigInt(digits);
      const tick = fc.bigInt({
        min: BigInt(firstDay) * 86_400n * perSecond,
        max: BigInt(lastDay + 1) * 86_400n * perSecond - 1n,
      });
      fc.assert(
        fc.property(tick, (ticks) => {
          const [date, time] = dateTimeText(ticks, digits).split(' ') as [string, string];
          const perDay = 86_400n * perSecond;
          const ofDay = ((ticks % perDay) + perDay) % perDay;
          expect(date).toBe(civil(Number((ticks - ofDay) / perDay)));
          expect(time).toMatch(/^\d\d:\d\d:\d\d\./);
          expect(ticksOf(time, digits)).toBe(ofDay);
        }),
      );
    }
  });

  it('refuses what is beyond the year 9999', () => {
    expect(() => dateTimeText(253_402_300_800_000n, 3)).toThrow(RangeError);
    expect(() => dateTimeText(2n ** 63n - 1n, 6)).toThrow(RangeError);
  });
});

describe('timeText', () => {
  it.each<[bigint, string]>([
    [0n, '00:00:00.000000'],
    [-1n, '-00:00:00.000001'],
    [86_400_000_000n, '24:00:00.000000'],
    [3_020_399_000_000n, '838:59:59.000000'],
    [-3_020_399_999_999n, '-838:59:59.999999'],
  ])('%s microseconds are %s', (micros, text) => expect(timeText(micros)).toBe(text));

  it('has all microseconds, beyond a day and below zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -3_020_399_999_999n, max: 3_020_399_999_999n }), (micros) => {
        const [, sign, time] = /^(-?)(\d{2,3}:[0-5]\d:[0-5]\d\.\d{6})$/.exec(timeText(micros))!;
        expect(ticksOf(time!, 6) * (sign === '-' ? -1n : 1n)).toBe(micros);
      }),
    );
  });
});

/** `h:mm:ss.f` back to ticks. */
function ticksOf(time: string, digits: number): bigint {
  const [clock, fraction] = time.split('.') as [string, string];
  expect(fraction).toHaveLength(digits);
  const [hours, minutes, seconds] = clock.split(':').map(BigInt) as [bigint, bigint, bigint];
  return ((hours * 60n + minutes) * 60n + seconds) * 10n ** BigInt(digits) + BigInt(fraction);
}

describe('zonedText', () => {
  it.each([
    ['2024-02-03T04:05:06Z', '2024-02-03 04:05:06'],
    ['2024-02-03T04:05:06.1Z', '2024-02-03 04:05:06.1'],
    ['2038-01-19T03:14:07.999999Z', '2038-01-19 03:14:07.999999'],
  ])('%s is %s', (iso, text) => expect(zonedText(iso)).toBe(text));

  it.each(['2024-02-03T04:05:06+01:00', '2024-02-03 04:05:06', '2024-02-03', '', '12024-02-03T04:05:06Z'])(
    'refuses %j',
    (iso) => expect(() => zonedText(iso)).toThrow(RangeError),
  );
});

describe('bitsBytes', () => {
  it('turns the order of the bytes and leaves the message as it is', () => {
    const little = Uint8Array.of(0x01, 0x02, 0x80);
    expect([...bitsBytes(little)]).toEqual([0x80, 0x02, 0x01]);
    expect([...little]).toEqual([0x01, 0x02, 0x80]);
  });
});
