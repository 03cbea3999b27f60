/**
 * From the connector's encodings to exact values. Source: Debezium MariaDB connector page, "Data type mappings", with
 * `decimal.handling.mode=precise` and `time.precision.mode=adaptive_time_microseconds`.
 */

/** Two's complement, big-endian, as java.math.BigInteger writes it. */
export function decimalText(bytes: Uint8Array, scale: number): string {
  const hex = Buffer.from(bytes).toString('hex');
  const unscaled = hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${negative ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

/** io.debezium.time.Date: days since 1970-01-01 to `2024-02-03`. */
export function dateText(days: number): string {
  return isoText(days * 86_400_000).slice(0, 10);
}

/** Ticks since the epoch without a zone to `2024-02-03 04:05:06.123456`. */
export function dateTimeText(ticks: bigint, fractionDigits: 3 | 6): string {
  const perSecond = 10n ** BigInt(fractionDigits);
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const seconds = Number((ticks - fraction) / perSecond);
  return `${isoText(seconds * 1000)
    .slice(0, 19)
    .replace('T', ' ')}.${fraction.toString().padStart(fractionDigits, '0')}`;
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

function isoText(ms: number): string {
  const text = new Date(ms).toISOString();
  if (!/^\d{4}-/.test(text)) throw new RangeError(`a date beyond the years 0000 to 9999: ${text}`);
  return text;
}
