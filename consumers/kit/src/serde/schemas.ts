import avro, { type Schema, type Type } from 'avsc';
import { KitError } from '../errors.ts';
import { exactTypes } from './avro-types.ts';

/** Avro types by the registry's id, fetched once; a schema of an id never changes. */
export class Schemas {
  readonly #url: string;
  readonly #headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json' };
  readonly #timeoutMs: number;
  readonly #known = new Map<number, Type>();

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

  known(id: number): Type | undefined {
    return this.#known.get(id);
  }

  /**
   * Throws KitError `registry-unreachable` or `schema-unknown`, both worth waiting for, or `undecodable` for a schema that is
   * not Avro. Source: Confluent's API reference, `GET /schemas/ids/{id}`.
   */
  async fetch(id: number): Promise<Type> {
    const where = `schema ${id} at the registry ${this.#url}`;
    const { schema, schemaType = 'AVRO', references = [] } = await this.#answer(id, where);
    try {
      if (schemaType !== 'AVRO') throw new Error(`it is ${schemaType}`);
      if (references.length > 0) throw new Error('it refers to other schemas');
      const type = avro.Type.forSchema(JSON.parse(schema) as Schema, exactTypes() as object);
      this.#known.set(id, type);
      return type;
    } catch (error) {
      const remedy = 'let the connector write with the Avro converter, its schemas whole';
      const why = (error as Error).message;
      throw new KitError('undecodable', `${where} is none that can be used: ${why}`, { cause: error, remedy });
    }
  }

  async #answer(id: number, where: string): Promise<RegisteredSchema> {
    try {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const response = await fetch(`${this.#url}/schemas/ids/${id}`, { headers: this.#headers, signal });
      const body = await response.text();
      if (response.status === 404) {
        const remedy = 'use the registry that the connector writes to';
        throw new KitError('schema-unknown', `${where} is not there (yet)`, { remedy });
      }
      if (!response.ok) throw new Error(`it answers ${response.status} ${body.slice(0, 200)}`.trim());
      return registeredSchema(body);
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
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly unknown[];
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
