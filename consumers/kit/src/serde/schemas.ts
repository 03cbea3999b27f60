import { KitError } from '../errors.ts';
import { avroReader, type Wanted } from './avro-reader.ts';
import { type RowSchema, rowSchemaOf } from './row-schema.ts';

/** Reads a value from there on to the end of the bytes. */
export type ValueReader = ReturnType<typeof avroReader>;

/** Of Debezium's envelope: what the decoder has a use for. */
const envelope: Wanted = {
  before: 'all',
  after: 'all',
  source: {
    db: 'repeating',
    table: 'repeating',
    gtid: 'repeating',
    file: 'repeating',
    pos: 'all',
    row: 'all',
    ts_ms: 'all',
    snapshot: 'repeating',
  },
  op: 'repeating',
  transaction: { id: 'repeating' },
};

/** Throws Error for what is no Avro schema. */
export function readerOf(schema: unknown): ValueReader {
  const { type, name } = (schema ?? {}) as { readonly type?: unknown; readonly name?: unknown };
  return avroReader(schema, type === 'record' && name === 'Envelope' ? envelope : 'all');
}

/** Readers by the registry's id, fetched once; a schema of an id never changes. */
export class Schemas {
  readonly #url: string;
  readonly #headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json' };
  readonly #timeoutMs: number;
  readonly #known = new Map<number, ValueReader>();
  readonly #rows = new Map<number, RowSchema | null>();

  /** `url` is the registry's Confluent API; a user and password in it are sent as basic authentication. */
  constructor(url: string, timeoutMs = 5000) {
    const parsed = new URL(url);
    if (parsed.username !== '') {
      const pair = [parsed.username, parsed.password].map(decodeURIComponent).join(':');
      this.#headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed.href.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
  }

  known(id: number): ValueReader | undefined {
    return this.#known.get(id);
  }

  /**
   * Throws KitError `registry-unreachable` or `schema-unknown`, both worth waiting for, or `undecodable` for a schema that is
   * not Avro. Source: Confluent's API reference, `GET /schemas/ids/{id}`.
   */
  async fetch(id: number): Promise<ValueReader> {
    const where = `schema ${id} at the registry ${this.#url}`;
    const {
      schema,
      schemaType = 'AVRO',
      references = [],
    } = await this.#answer(`schemas/ids/${id}`, where, registeredSchema);
    try {
      if (schemaType !== 'AVRO') throw new Error(`it is ${schemaType}`);
      if (references.length > 0) throw new Error('it refers to other schemas');
      const parsed: unknown = JSON.parse(schema);
      const reader = readerOf(parsed);
      this.#rows.set(id, rowSchemaOf(parsed));
      this.#known.set(id, reader);
      return reader;
    } catch (error) {
      const remedy = 'let the connector write with the Avro converter, its schemas whole';
      const why = (error as Error).message;
      throw new KitError('undecodable', `${where} is none that can be used: ${why}`, { cause: error, remedy });
    }
  }

  /** The columns of the rows that are written with this schema; null for one that is no table's. Throws as `fetch` does. */
  async rowSchema(id: number): Promise<RowSchema | null> {
    if (!this.#rows.has(id)) await this.fetch(id);
    return this.#rows.get(id)!;
  }

  /**
   * Ids of all schemas that a topic's records were written with, in the order in which they were new; one that a table came back to is
   * where it was first. Throws as `fetch` does. Source: Confluent's API reference, `GET /subjects/{subject}/versions`.
   */
  async versionsOf(topic: string): Promise<readonly number[]> {
    const path = `subjects/${encodeURIComponent(`${topic}-value`)}/versions`;
    const where = `${path} at the registry ${this.#url}`;
    const numbers = await this.#answer(path, where, listOfNumbers);
    const versions = numbers.map((number) => this.#answer(`${path}/${number}`, where, registeredSchema));
    return (await Promise.all(versions)).map(({ id }) => id!);
  }

  /**
   * The columns that a topic's newest records carry, as the connector names them. Throws as `fetch` does. Source: Confluent's API
   * reference, `GET /subjects/{subject}/versions/latest`; Debezium's envelope has the row in its field `after`.
   */
  async columnsOf(topic: string): Promise<ReadonlySet<string>> {
    const subject = `${topic}-value`;
    const where = `subject ${subject} at the registry ${this.#url}`;
    const { schema } = await this.#answer(
      `subjects/${encodeURIComponent(subject)}/versions/latest`,
      where,
      registeredSchema,
    );
    const { fields = [] } = JSON.parse(schema) as { fields?: readonly { name: string; type: unknown }[] };
    // The record is defined where it is named first, in `before`.
    const row = [fields.find(({ name }) => name === 'before')?.type].flat(2) as { fields?: { name: string }[] }[];
    return new Set(row.flatMap((part) => part?.fields ?? []).map(({ name }) => name));
  }

  async #answer<T>(path: string, where: string, read: (body: string) => T): Promise<T> {
    try {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const response = await fetch(`${this.#url}/${path}`, { headers: this.#headers, signal });
      const body = await response.text();
      if (response.status === 404) {
        const remedy = 'use the registry that the connector writes to';
        throw new KitError('schema-unknown', `${where} is not there (yet)`, { remedy });
      }
      if (!response.ok) throw new Error(`it answers ${response.status} ${body.slice(0, 200)}`.trim());
      return read(body);
    } catch (error) {
      if (error instanceof KitError) throw error;
      // fetch itself says no more than "fetch failed"; of several addresses that refuse, only the code is told.
      const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
      const why = [message, cause?.message || cause?.code].filter(Boolean).join(': ');
      throw new KitError('registry-unreachable', `${where}: ${why}`, { cause: error });
    }
  }
}

interface RegisteredSchema {
  readonly id?: number;
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly unknown[];
}

function listOfNumbers(body: string): number[] {
  const answer: unknown = JSON.parse(body);
  if (Array.isArray(answer)) return answer.map(Number);
  throw new Error(`it answers with something else than versions: ${body.slice(0, 200)}`);
}

function registeredSchema(body: string): RegisteredSchema {
  try {
    const answer = JSON.parse(body) as RegisteredSchema | null;
    if (typeof answer?.schema === 'string') return answer;
  } catch {
    // Not even JSON: something else answers at that address.
  }
  throw new Error(`it answers with something else than a schema: ${body.slice(0, 200)}`);
}
