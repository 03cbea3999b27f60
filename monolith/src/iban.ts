import type { Country } from './people.ts';

const BANK_CODES: Readonly<Record<Country, { readonly code: string; readonly accountDigits: number }>> = {
  DE: { code: '50310400', accountDigits: 10 },
  AT: { code: '19043', accountDigits: 11 },
  CH: { code: '00762', accountDigits: 12 },
};
// Coprime to ten to every power, so that neighbouring numbers look unrelated and none comes twice.
const SCATTER = 7_368_787n;

function lettersToDigits(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
}

/** What ISO 13616 checks: 1n for a right IBAN without spaces. */
export function ibanRemainder(iban: string): bigint {
  return BigInt(lettersToDigits(iban.slice(4) + iban.slice(0, 4))) % 97n;
}

/** The IBAN (ISO 13616) of the bank's n-th account in a country, with right check digits; different for every n. */
export function ibanOf(country: Country, n: number): string {
  const { code, accountDigits } = BANK_CODES[country];
  const account = (BigInt(n) * SCATTER) % 10n ** BigInt(accountDigits);
  const rest = code + account.toString().padStart(accountDigits, '0');
  const checkDigits = 98n - ibanRemainder(`${country}00${rest}`);
  return `${country}${checkDigits.toString().padStart(2, '0')}${rest}`;
}
