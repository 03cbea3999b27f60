import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A password as it is kept: scrypt's key, with the salt and the cost (2^cost rounds) it was made with. */
export interface KeptPassword {
  readonly salt: Buffer;
  readonly cost: number;
  readonly key: Buffer;
}

/** The cost for a password that someone chooses, about 30 ms. */
export const PASSWORD_COST = 14;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Makes what is kept of a password. A salt is given only where the same must come out again. */
export async function keepPassword(
  password: string,
  { salt = randomBytes(SALT_BYTES), cost = PASSWORD_COST }: { readonly salt?: Buffer; readonly cost?: number } = {},
): Promise<KeptPassword> {
  return { salt, cost, key: await derive(password, salt, cost) };
}

/** Whether this is the password. Takes the same time whichever byte is wrong. */
export async function isPassword(password: string, kept: KeptPassword): Promise<boolean> {
  return timingSafeEqual(await derive(password, kept.salt, kept.cost), kept.key);
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, { N: 2 ** cost }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
