import { parseAmount } from './money.ts';
import { Rejection } from './rejection.ts';

/** A transfer as ordered: ids and money exact, `reference` undefined when the client gave none. */
export interface TransferOrder {
  readonly from: bigint;
  readonly to: bigint;
  /** In ten-thousandths, more than zero. */
  readonly amount: bigint;
  readonly purpose: string | null;
  readonly reference: string | undefined;
}

/** Where somebody can be reached. */
export interface Contact {
  readonly email: string;
  readonly city: string;
}

const FIELDS = ['from', 'to', 'amount', 'purpose', 'reference'];
const ID = /^[1-9][0-9]{0,18}$/;
const MAX_ID = 2n ** 63n - 1n;
const REFERENCE = /^[A-Za-z0-9._-]{1,36}$/;
const MAX_PURPOSE_CHARACTERS = 140;

function refuse(what: string, value: unknown): never {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  throw new Rejection(400, 'bad_request', `${what}, got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`);
}

/**
 * Reads the body of POST /transfers and its Idempotency-Key header.
 * Throws Rejection 400 naming the first field that is wrong.
 */
export function parseOrder(body: unknown, idempotencyKey: string | undefined): TransferOrder {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    refuse('the body must be a JSON object sent with Content-Type: application/json', body);
  }
  const unknown = Object.keys(body).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) refuse(`the body may have ${FIELDS.join(', ')} and no other field`, unknown);
  const fields = body as Record<string, unknown>;
  const from = parseId(fields.from, 'from');
  const to = parseId(fields.to, 'to');
  if (from === to) refuse('from and to must be two different accounts', fields.to);
  return {
    from,
    to,
    amount: parsePositiveAmount(fields.amount),
    purpose: parsePurpose(fields.purpose),
    reference: parseReference(fields.reference, idempotencyKey),
  };
}

/** Reads an id: a JSON integer that a number holds exactly, or its digits as text. Throws Rejection 400. */
export function parseId(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return BigInt(value);
  if (typeof value === 'string' && ID.test(value) && BigInt(value) <= MAX_ID) return BigInt(value);
  return refuse(`${name} must be an id, a whole number from 1`, value);
}

/** Reads ?after=: the last id already seen, 0 from the start. Throws Rejection 400. */
export function parseAfter(value: unknown): bigint {
  return value === undefined || value === '0' ? 0n : parseId(value, 'after');
}

/** Reads ?limit=: how many rows at most, from 1 to `max`. Throws Rejection 400. */
export function parseLimit(value: unknown, fallback: number, max: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'string' && ID.test(value) && BigInt(value) <= BigInt(max)) return Number(value);
  return refuse(`limit must be a whole number from 1 to ${max}`, value);
}

const MAX_NAME_CHARACTERS = 120;

/** Reads ?name=: the beginning of a customer's name, blanks and all. Throws Rejection 400. */
export function parseBeginning(value: unknown): string {
  if (isLine(value, MAX_NAME_CHARACTERS)) return value;
  return refuse(`name must be the 1 to ${MAX_NAME_CHARACTERS} first characters of a name`, value);
}

const MAX_EMAIL_CHARACTERS = 190;
const MAX_CITY_CHARACTERS = 80;

/** Reads the body of PUT /customers/:id/contact. Throws Rejection 400. */
export function parseContact(body: unknown): Contact {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    refuse('the body must be a JSON object sent with Content-Type: application/json', body);
  }
  const unknown = Object.keys(body).find((key) => key !== 'email' && key !== 'city');
  if (unknown !== undefined) refuse('the body may have email, city and no other field', unknown);
  const { email, city } = body as Record<string, unknown>;
  if (!isLine(email, MAX_EMAIL_CHARACTERS) || !/^[^\s@]+@[^\s@]+$/.test(email))
    refuse(`email must be an address of at most ${MAX_EMAIL_CHARACTERS} characters`, email);
  if (!isLine(city, MAX_CITY_CHARACTERS) || city.trim() !== city)
    refuse(`city must be text of 1 to ${MAX_CITY_CHARACTERS} characters without blanks around it`, city);
  return { email, city };
}

/** Counted in characters as VARCHAR counts them. */
const isLine = (value: unknown, most: number): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.isWellFormed() &&
  !/\p{Cc}/u.test(value) &&
  [...value].length <= most;

function parsePositiveAmount(value: unknown): bigint {
  const amount = typeof value === 'string' ? parseAmount(value) : undefined;
  if (amount === undefined || amount === 0n) {
    return refuse(
      'amount must be a text such as "12.50": more than zero, at most 15 digits before the point and 4 after it',
      value,
    );
  }
  return amount;
}

function parsePurpose(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  // Counted in characters as VARCHAR(140) counts them: one emoji of two UTF-16 units is one.
  const valid = typeof value === 'string' && value.isWellFormed() && !/\p{Cc}/u.test(value);
  if (valid && [...value].length <= MAX_PURPOSE_CHARACTERS) return value;
  return refuse(
    `purpose must be text of at most ${MAX_PURPOSE_CHARACTERS} characters without control characters`,
    value,
  );
}

function parseReference(field: unknown, header: string | undefined): string | undefined {
  const value = field ?? header;
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !REFERENCE.test(value)) {
    return refuse('reference (or Idempotency-Key) must be 1 to 36 letters, digits, dots, dashes or underscores', value);
  }
  if (header !== undefined && header !== value) {
    return refuse('reference and Idempotency-Key must be the same when both are given', header);
  }
  return value;
}
