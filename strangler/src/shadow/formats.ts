import { type Json, JsonNumber } from './json-value.ts';
import type { Tolerances } from './tolerances.ts';

export type Format = NonNullable<Tolerances['formats']>[string];

/** The same text for the same number, whatever its size: -1.50 and -15e-1 are `-15e-1`, and each zero is `0`. */
export function exactly(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  // By hand: /0+$/ looks at each zero again and again when they do not end the text.
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end--;
  const scale = Number(exponent) - fraction.length + digits.length - end;
  // Beyond, sums of exponents would be rounded: two such numbers are the same only when written the same.
  return Number.isSafeInteger(scale) ? `${sign}${digits.slice(0, end)}e${scale}` : number.toLowerCase();
}

/** What the value means in its format: the same for one value written in two ways; undefined when it is not in the format. */
export function meaning(format: Format, value: Json): string | undefined {
  const text = value instanceof JsonNumber ? value.text : value;
  if (typeof text !== 'string') return undefined;
  if (format === 'decimal') return /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text) ? exactly(text) : undefined;
  if (format === 'id') return value instanceof JsonNumber ? integer(text) : text;
  return value instanceof JsonNumber ? undefined : instant(text);
}

/** An id is text: "007" is not 7. A number is the id that its digits are. */
function integer(number: string): string | undefined {
  const [digits = '', scale = '0'] = exactly(number).split('e');
  const zeros = Number(scale);
  return zeros >= 0 && zeros <= 40 ? digits + '0'.repeat(zeros) : undefined;
}

const dateTime =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})$/;

/** RFC 3339; the seconds may be left out, as Java does when they are zero. Its fraction is kept whole. */
function instant(text: string): string | undefined {
  const [, date, time, seconds = '00', fraction = '', zone = ''] = dateTime.exec(text) ?? [];
  if (date === undefined) return undefined;
  const local = Date.parse(`${date}T${time}:${seconds}Z`);
  // Date.parse takes the 30th of February for the 1st of March.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${date}T${time}:${seconds}`)) return undefined;
  const [hours = 0, minutes = 0] = [zone.slice(1, 3), zone.slice(-2)].map(Number);
  if (zone.length > 1 && (hours > 23 || minutes > 59)) return undefined;
  const offsetMs = zone.length > 1 ? (hours * 60 + minutes) * 60_000 * (zone.startsWith('-') ? -1 : 1) : 0;
  let end = fraction.length;
  while (fraction.charCodeAt(end - 1) === 0x30) end--;
  return `${local - offsetMs}.${fraction.slice(0, end)}`;
}
