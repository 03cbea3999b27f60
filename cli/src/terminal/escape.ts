/**
 * What a terminal would act on instead of showing it: control characters (C0, DEL, C1), characters that turn the direction of
 * text or are not seen, line and paragraph separators, and halves of surrogate pairs. Joiners stay: emoji are made of them.
 */
const unsafe = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with nothing in it that a terminal acts on; what was replaced reads as `\n`, `\x1b`, `\u202e`. */
export function escaped(text: string): string {
  return text.replaceAll(unsafe, (sign) => {
    const code = sign.codePointAt(0)!;
    return (
      short[sign] ?? (code < 256 ? `\\x${hex(code, 2)}` : code < 65_536 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`)
    );
  });
}

/** Lines of text, each escaped. */
export const escapedLines = (text: string): string => text.split('\n').map(escaped).join('\n');

/** JSON on one line that a terminal shows as it is: `JSON.stringify` leaves DEL, C1 and the rest of the above alone. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, given: unknown) {
    // `given` is what toJSON has made of a Buffer already.
    const one = this[key];
    if (typeof one === 'bigint') return String(one);
    return one instanceof Uint8Array ? Buffer.from(one).toString('base64') : given;
  });
  return text.replaceAll(unsafe, (sign) =>
    sign
      .split('')
      .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
  );
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
