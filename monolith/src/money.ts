/**
 * Money is a bigint counting ten-thousandths of a currency unit, the grain of the DECIMAL(19,4) columns.
 * No amount is ever a floating-point number between the request and the database.
 */
const DECIMALS = 4;
const ONE = 10n ** BigInt(DECIMALS);

/** The most a DECIMAL(19,4) column holds: 999999999999999.9999. */
export const MAX_MONEY = 10n ** 19n - 1n;

const AMOUNT = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,4}))?$/;
const COLUMN = /^(-?)([0-9]{1,15})\.([0-9]{4})$/;

function toUnits(whole: string, fraction: string): bigint {
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/**
 * Reads an amount as a client writes it: ASCII digits, at most 15 before and 1 to 4 after the point, no sign, no
 * exponent, no spaces, no leading zeros. Returns undefined for anything else; zero is read, it is for the caller
 * to refuse.
 */
export function parseAmount(text: string): bigint | undefined {
  const match = AMOUNT.exec(text);
  if (match === null) return undefined;
  return toUnits(match[1]!, match[2] ?? '');
}

/** Reads a DECIMAL(19,4) column as the database writes it ("-12.5000"). Throws on anything else. */
export function readMoney(column: string): bigint {
  const match = COLUMN.exec(column);
  if (match === null) throw new Error(`"${column}" is not a DECIMAL(19,4) column; check the table definition`);
  const units = toUnits(match[2]!, match[3]!);
  return match[1] === '-' ? -units : units;
}

/** Writes money as decimal text with exactly four decimals ("12.5000", "-0.0100"). */
export function formatMoney(units: bigint): string {
  const absolute = units < 0n ? -units : units;
  const fraction = (absolute % ONE).toString().padStart(DECIMALS, '0');
  return `${units < 0n ? '-' : ''}${absolute / ONE}.${fraction}`;
}
