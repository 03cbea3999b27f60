import { conversionOf } from './conversions.ts';
import { Cursor } from './cursor.ts';

/** Reads one value; it takes nothing for granted about the bytes, except that the cursor is looked at afterwards. */
export type Read = (cursor: Cursor) => unknown;

/**
 * What of a value is wanted: all of it; or a text that is mostly what it was in the message before, so that it is not made
 * anew; or some fields of a record, the others being passed over; or nothing.
 */
export type Wanted = 'all' | 'repeating' | 'nothing' | { readonly [field: string]: Wanted };

interface Named {
  readonly type: string;
  readonly name: string;
  readonly namespace?: string;
  readonly fields?: readonly { readonly name: string; readonly type: unknown }[];
  readonly symbols?: readonly string[];
  readonly size?: number;
}

/**
 * Makes a reader of an Avro schema: from the writer's schema alone, to exact values (see conversions.ts), every long a bigint.
 * It throws for bytes that are cut off, go on behind the value, or are none of the schema's. Throws Error for what is no schema.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
 */
export function avroReader(schema: unknown, wanted: Wanted = 'all'): (bytes: Uint8Array, from?: number) => unknown {
  const read = new Compiler().reader(schema, wanted, '');
  const cursor = new Cursor();
  return (bytes, from = 0) => {
    cursor.begin(bytes, from);
    const value = read(cursor);
    cursor.end();
    return value;
  };
}

const primitives: Readonly<Record<string, Read>> = {
  null: () => null,
  boolean: (cursor) => cursor.byte() !== 0,
  int: (cursor) => cursor.int(),
  long: (cursor) => BigInt(cursor.whole()),
  float: (cursor) => cursor.float(),
  double: (cursor) => cursor.double(),
  bytes: (cursor) => cursor.copy(cursor.length()),
  string: (cursor) => cursor.text(cursor.length()),
};

const passing: Readonly<Record<string, Read>> = {
  ...primitives,
  int: (cursor) => cursor.passWhole(),
  long: (cursor) => cursor.passWhole(),
  bytes: (cursor) => cursor.pass(cursor.length()),
  string: (cursor) => cursor.pass(cursor.length()),
};

class Compiler {
  readonly #named = new Map<string, Named>();
  readonly #made = new Map<string, { read: Read; isMade: boolean }>();

  reader(schema: unknown, wanted: Wanted, space: string): Read {
    if (Array.isArray(schema))
      return union(
        schema.map((one) => this.reader(one, wanted, space)),
        schema,
      );
    if (typeof schema === 'string') return this.#byName(schema, wanted, space);
    const { type } = (schema ?? {}) as { readonly type?: unknown };
    const conversion = wanted === 'nothing' ? null : conversionOf(schema as object);
    if (conversion) return conversion;
    if (typeof type !== 'string') {
      if (type === undefined) throw new Error(`a type that is none: ${JSON.stringify(schema)}`);
      return this.reader(type, wanted, space);
    }
    if (type === 'array' || type === 'map') {
      const { items, values } = schema as { readonly items?: unknown; readonly values?: unknown };
      return type === 'array' ? array(this.reader(items, wanted, space)) : map(this.reader(values, wanted, space));
    }
    if (type !== 'record' && type !== 'enum' && type !== 'fixed') return this.#byName(type, wanted, space);
    const named = schema as Named;
    const name = fullName(named.name, named.namespace ?? space);
    this.#named.set(name, named);
    return this.#ofNamed(name, wanted);
  }

  #byName(name: string, wanted: Wanted, space: string): Read {
    if (name === 'string' && wanted === 'repeating') return repeating();
    if (Object.hasOwn(primitives, name)) return (wanted === 'nothing' ? passing : primitives)[name]!;
    const full = this.#named.has(fullName(name, space)) ? fullName(name, space) : name;
    if (!this.#named.has(full)) throw new Error(`a type that nobody knows: ${name}`);
    return this.#ofNamed(full, wanted);
  }

  #ofNamed(name: string, wanted: Wanted): Read {
    if (typeof wanted === 'object') return this.#build(name, wanted);
    const known = this.#made.get(`${wanted} ${name}`);
    if (known) return known.isMade ? known.read : (cursor) => known.read(cursor);
    const entry = { read: primitives.null!, isMade: false };
    this.#made.set(`${wanted} ${name}`, entry);
    entry.read = this.#build(name, wanted); // a record may have itself in it
    entry.isMade = true;
    return entry.read;
  }

  #build(name: string, wanted: Wanted): Read {
    const { type, fields = [], symbols = [], size = 0 } = this.#named.get(name)!;
    if (type === 'enum') return (cursor) => symbols[cursor.index(symbols.length)];
    if (type === 'fixed') return (cursor) => cursor.copy(size);
    const space = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    return record(
      fields.map((field) => {
        const part = typeof wanted === 'string' ? wanted : (wanted[field.name] ?? 'nothing');
        return { name: field.name, read: this.reader(field.type, part, space), isWanted: part !== 'nothing' };
      }),
    );
  }
}

const fullName = (name: string, space: string): string =>
  name.includes('.') || space === '' ? name : `${space}.${name}`;

interface Field {
  readonly name: string;
  readonly read: Read;
  readonly isWanted: boolean;
}

/** Rows of one schema have one shape for the engine when they come from one object literal, so its text is made here. */
function record(fields: readonly Field[]): Read {
  let properties = '';
  let passed = '';
  fields.forEach(({ name, isWanted }, index) => {
    const read = `reads[${index}](cursor)`;
    if (!isWanted) passed += `${read}, `;
    else {
      // As a plain name in a literal it would set the prototype.
      const key = name === '__proto__' ? `['__proto__']` : JSON.stringify(name);
      properties += `${key}: (${passed}${read}),\n`;
      passed = '';
    }
  });
  const text = `return (cursor) => { const row = {\n${properties}}; ${passed && `${passed}0;`} return row; }`;
  return new Function('reads', text)(fields.map(({ read }) => read)) as Read;
}

function union(reads: readonly Read[], schema: readonly unknown[]): Read {
  if (reads.length !== 2 || !schema.includes('null')) return (cursor) => reads[cursor.index(reads.length)]!(cursor);
  const nullAt = schema.indexOf('null');
  const read = reads[1 - nullAt]!;
  return (cursor) => (cursor.index(2) === nullAt ? null : read(cursor));
}

function array(read: Read): Read {
  return (cursor) => {
    const items: unknown[] = [];
    for (let left = cursor.block(); left > 0; left = cursor.block()) {
      for (; left > 0; left--) items.push(read(cursor));
    }
    return items;
  };
}

function map(read: Read): Read {
  return (cursor) => {
    const entries: [string, unknown][] = [];
    for (let left = cursor.block(); left > 0; left = cursor.block()) {
      for (; left > 0; left--) entries.push([cursor.text(cursor.length()), read(cursor)]);
    }
    return Object.fromEntries(entries);
  };
}

/** A text of one place in the schema: of the same bytes as the one before it is the same text. */
function repeating(): Read {
  let bytes = new Uint8Array();
  let text = '';
  return (cursor) => {
    const length = cursor.length();
    if (cursor.passesOver(bytes, length)) return text;
    const from = cursor.at;
    text = cursor.text(length);
    bytes = cursor.bytes.slice(from, from + length);
    return text;
  };
}
