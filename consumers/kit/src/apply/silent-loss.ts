import type { SourceValue } from '../change-event/index.ts';
import type { Column } from '../projection/declaration.ts';
import { numbersIn } from '../projection/sql-type.ts';

/** Says what a column would lose of a value; null when it takes it as it is, or refuses it itself. */
export type LossCheck = (value: SourceValue) => string | null;

/**
 * STRICT mode refuses what is too long or out of range, but rounds fractions, cuts the time off a date and blanks off a text
 * without an error. A column declared narrower than the source's would lose that in silence. Null: nothing to check.
 */
export function lossCheck({ type }: Column): LossCheck | null {
  const { base, family } = type;
  const [first, second] = numbersIn(type);
  if (family === 'decimal') return tooFine(second);
  if (family === 'integer' || family === 'bigint') return tooFine(0);
  if (base === 'date') return (value) => (/ .*[1-9]/.test(String(value)) ? 'its time of day' : null);
  if (family === 'temporal') return tooFine(first);
  if (base === 'float')
    return (value) => (typeof value === 'number' && Math.fround(value) !== value ? 'its precision' : null);
  if (base === 'varchar') return tooManyBlanks(first);
  return null;
}

function tooFine(digits: number): LossCheck {
  const beyond = new RegExp(`\\.\\d{${digits}}\\d*[1-9]`);
  return (value) => {
    const mayBe = typeof value === 'string' || (typeof value === 'number' && !Number.isInteger(value));
    return mayBe && beyond.test(String(value)) ? `its fraction beyond ${digits} digits` : null;
  };
}

function tooManyBlanks(length: number): LossCheck {
  return (value) =>
    typeof value === 'string' && value.endsWith(' ') && [...value].length > length ? 'blanks at its end' : null;
}
