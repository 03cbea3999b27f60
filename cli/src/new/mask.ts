import { createHash } from 'node:crypto';

/** A value of a sample row as the testkit takes it. */
export type SampleValue = null | string | number | bigint | Buffer;

const letters = 'abcdefghijklmnopqrstuvwxyz';

/**
 * Makes texts up, the same for the same text every time: so keys still fit each other. Length, case and signs stay, letters and
 * digits do not. Numbers, days and members of an ENUM stay, as do texts in `kept`; a day of birth becomes the first of its year.
 */
export class Mask {
  readonly #kept: ReadonlySet<string>;
  readonly #made = new Map<string, string>();
  readonly #used = new Set<string>();

  constructor(kept: Iterable<string> = []) {
    this.#kept = new Set(kept);
  }

  value(column: string, type: string, raw: Buffer | null): SampleValue {
    if (raw === null) return null;
    const [base = ''] = /^[a-z]+/.exec(type) ?? [];
    if (/^(tinyint|smallint|mediumint|int|year|double)$/.test(base)) return Number(raw.toString());
    // What a FLOAT holds: the connector gives no other.
    if (base === 'float') return Math.fround(Number(raw.toString()));
    if (base === 'bigint') return BigInt(raw.toString());
    if (base === 'bit') return raw;
    if (/binary$|blob$/.test(base)) return this.#bytes(type, raw);
    const text = raw.toString('utf8');
    if (/^(date|datetime|timestamp)$/.test(base)) return isBirth(column) ? text.replace(/-\d\d-\d\d/, '-01-01') : text;
    if (/^(char|varchar|tinytext|text|mediumtext|longtext|json)$/.test(base)) return this.text(text);
    return text;
  }

  text(text: string): string {
    if (this.#kept.has(text) || !/[\p{L}\p{N}]/u.test(text)) return text;
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    if (/^\s*[{[]/.test(text)) return text.trimStart().startsWith('{') ? '{}' : '[]'; // JSON stays JSON
    for (let attempt = 0; ; attempt++) {
      const made = madeUp([...text].slice(0, 40).join(''), attempt);
      // Two keys stay two, as long as there are letters for it.
      if (this.#used.has(made.toLowerCase()) && attempt < 100) continue;
      this.#used.add(made.toLowerCase());
      this.#made.set(text, made);
      return made;
    }
  }

  #bytes(type: string, raw: Buffer): Buffer {
    const isFixed = type.startsWith('binary(');
    return createHash('sha256')
      .update(raw)
      .digest()
      .subarray(0, isFixed ? raw.length : Math.min(8, raw.length));
  }
}

function madeUp(text: string, attempt: number): string {
  const noise = createHash('sha512').update(`${attempt} ${text}`).digest();
  let at = 0;
  return text.replaceAll(/[\p{L}\p{N}]/gu, (sign) => {
    const byte = noise[at++ % noise.length]!;
    if (/\p{N}/u.test(sign)) return String(byte % 10);
    const letter = letters[byte % letters.length]!;
    return sign === sign.toUpperCase() && sign !== sign.toLowerCase() ? letter.toUpperCase() : letter;
  });
}

const isBirth = (column: string): boolean => /birth|born|^dob$|geburt|deceased|death/i.test(column);
