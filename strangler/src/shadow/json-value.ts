/** A JSON document of which nothing is lost: numbers keep their text, and a member may have any name, `__proto__` too. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Longer or deeper documents are not read: how long a comparison keeps the process from other work (some 200 ms at worst) and how
 * deep it recurses is bounded here.
 */
export const readable = { characters: 1024 * 1024, depth: 200 } as const;

/** Reads a document (RFC 8259); undefined when it is none, names a member twice, or is longer or deeper than `readable`. */
export function readJson(text: string): Json | undefined {
  if (text.length > readable.characters) return undefined;
  try {
    return new Reader(text).document();
  } catch (cause) {
    // JSON.parse of a string with a wrong escape throws a SyntaxError too.
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

const scalarHere = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const needsDecoding = /[\\\p{Cc}]/u;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(readable.depth);
    if (this.#next() !== '') throw new SyntaxError('more than one value');
    return value;
  }

  /** The character after white space, at which the reader then stands; empty at the end. */
  #next(): string {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#text.charCodeAt(++this.#at);
    return this.#text.charAt(this.#at);
  }

  #value(depth: number): Json {
    if (depth < 0) throw new SyntaxError('deeper than is read');
    const first = this.#next();
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    scalarHere.lastIndex = this.#at;
    const scalar = scalarHere.exec(this.#text)?.[0];
    if (scalar === undefined) throw new SyntaxError('not a value');
    this.#at += scalar.length;
    return /^[tfn]/.test(scalar) ? JSON.parse(scalar) : new JsonNumber(scalar);
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, Json>();
    this.#list('}', () => {
      if (this.#next() !== '"') throw new SyntaxError('not a name');
      const name = this.#string();
      if (members.has(name)) throw new SyntaxError('a name twice');
      if (this.#next() !== ':') throw new SyntaxError('no colon');
      this.#at++;
      members.set(name, this.#value(depth - 1));
    });
    return members;
  }

  #array(depth: number): readonly Json[] {
    const elements: Json[] = [];
    this.#list(']', () => elements.push(this.#value(depth - 1)));
    return elements;
  }

  #list(end: string, item: () => void): void {
    this.#at++;
    if (this.#next() !== end) {
      item();
      while (this.#next() === ',') {
        this.#at++;
        item();
      }
      if (this.#next() !== end) throw new SyntaxError(`no ${end}`);
    }
    this.#at++;
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    let backslashes: number;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw new SyntaxError('no end of a string');
      backslashes = 0;
      while (this.#text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    } while (backslashes % 2 === 1);
    this.#at = end + 1;
    const inner = this.#text.slice(start + 1, end);
    return needsDecoding.test(inner) ? JSON.parse(this.#text.slice(start, end + 1)) : inner;
  }
}
