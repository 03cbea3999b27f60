// A range that card schemes keep for tests: no such card is ever issued.
const TEST_RANGE = '400000';
// Coprime to ten, so that neighbouring cards look unrelated and none comes twice.
const SCATTER = 7_368_787n;

/** The sum that ISO/IEC 7812 (Luhn) checks: a right number gives a multiple of ten. */
export function luhnSum(pan: string): number {
  return [...pan].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}

/** The number of the bank's n-th card: 16 digits of the test range with a right check digit, different for every n. */
export function cardNumber(n: bigint): string {
  const body = TEST_RANGE + ((n * SCATTER) % 10n ** 9n).toString().padStart(9, '0');
  return body + String((10 - (luhnSum(`${body}0`) % 10)) % 10);
}
