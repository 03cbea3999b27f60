/**
 * From the connector's encodings to exact values. Source: Debezium MariaDB connector page, "Data type mappings", with
 * `decimal.handling.mode=precise` and `time.precision.mode=adaptive_time_microseconds`.
 */

/** Two's complement, big-endian, as java.math.BigInteger writes it. */
export function decimalText(bytes: Uint8Array, scale: number, from = 0, to = bytes.length): string {
  if (to - from <= 6 && scale > 0 && scale < powers.length) return smallText(small(bytes, from, to), scale);
  const unscaled = large(bytes, from, to);
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** Up to what six bytes can hold. */
const powers = Array.from({ length: 15 }, (_, digits) => 10 ** digits);

function smallText(unscaled: number, scale: number): string {
  const positive = Math.abs(unscaled);
  const whole = Math.floor(positive / powers[scale]!);
  const rest = String(positive - whole * powers[scale]!).padStart(scale, '0');
  return unscaled < 0 ? `-${whole}.${rest}` : `${whole}.${rest}`;
}

function small(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return 0;
  let value = (bytes[from]! << 24) >> 24;
  for (let index = from + 1; index < to; index++) value = value * 256 + bytes[index]!;
  return value;
}

function large(bytes: Uint8Array, from: number, to: number): bigint {
  if (from === to) return 0n;
  return BigInt.asIntN((to - from) * 8, BigInt(`0x${Buffer.from(bytes.subarray(from, to)).toString('hex')}`));
}

/** io.debezium.time.Date: days since 1970-01-01 to `2024-02-03`; by Howard Hinnant's `civil_from_days`. */
export function dateText(days: number): string {
  if (days < firstDay || days > lastDay) throw new RangeError(`a date beyond the years 0000 to 9999: day ${days}`);
  const shifted = days + 719_468; // since 0000-03-01
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = ((ofEra - ((ofEra / 1460) | 0) + ((ofEra / 36_524) | 0) - ((ofEra / 146_096) | 0)) / 365) | 0;
  const ofYear = ofEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const fromMarch = ((5 * ofYear + 2) / 153) | 0;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const day = ofYear - (((153 * fromMarch + 2) / 5) | 0) + 1;
  return `${two[(year / 100) | 0]}${two[year % 100]}-${two[month]}-${two[day]}`;
}

/** 0000-01-01 and 9999-12-31. */
const [firstDay, lastDay] = [-719_528, 2_932_896];
const two = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/** Ticks since the epoch without a zone to `2024-02-03 04:05:06.123456`. */
export function dateTimeText(ticks: number | bigint, fractionDigits: 3 | 6): string {
  const perSecond = fractionDigits === 3 ? 1000 : 1_000_000;
  // A bigint has more than 53 bits: no safe number, but its seconds are one.
  const seconds = typeof ticks === 'bigint' ? floorQuotient(ticks, BigInt(perSecond)) : Math.floor(ticks / perSecond);
  const fraction =
    typeof ticks === 'bigint' ? Number(ticks - BigInt(seconds) * BigInt(perSecond)) : ticks - seconds * perSecond;
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  // Rows that come one after the other are often of one day.
  if (latestDay.days !== days) latestDay = { days, text: `${dateText(days)} ` };
  const head = latestDay.text + minuteTexts[(second / 60) | 0] + secondTexts[second % 60];
  if (fractionDigits === 3) return head + three[fraction]!;
  return head + three[(fraction / 1000) | 0]! + three[fraction % 1000]!;
}

let latestDay = { days: 0, text: '1970-01-01 ' };
const minuteTexts = Array.from({ length: 1440 }, (_, minute) => `${two[(minute / 60) | 0]}:${two[minute % 60]}`);
const secondTexts = Array.from({ length: 60 }, (_, second) => `:${two[second]}.`);
const three = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

function floorQuotient(dividend: bigint, divisor: bigint): number {
  const rest = ((dividend % divisor) + divisor) % divisor;
  return Number((dividend - rest) / divisor);
}

/** io.debezium.time.MicroTime: microseconds, possibly negative or beyond a day, to `-838:59:59.000000`. */
export function timeText(micros: bigint): string {
  const positive = micros < 0n ? -micros : micros;
  const [hours, minutes, seconds] = [
    positive / 3_600_000_000n,
    (positive / 60_000_000n) % 60n,
    (positive / 1_000_000n) % 60n,
  ];
  const parts = [hours, minutes, seconds].map((part) => part.toString().padStart(2, '0')).join(':');
  return `${micros < 0n ? '-' : ''}${parts}.${(positive % 1_000_000n).toString().padStart(6, '0')}`;
}

/** io.debezium.time.ZonedTimestamp, always in UTC from a binlog: `2024-02-03T04:05:06.123Z` to `2024-02-03 04:05:06.123`. */
export function zonedText(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z$/.exec(iso);
  if (!match) throw new RangeError(`a timestamp that is not in UTC: ${iso}`);
  return `${match[1]} ${match[2]}`;
}

/** io.debezium.data.Bits: little-endian to the big-endian bytes that a BIT column takes and gives. */
export function bitsBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes).reverse();
}
