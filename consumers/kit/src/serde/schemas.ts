import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { Type } from 'avsc';
import { KitError } from '../errors.ts';
import { exactTypes } from './avro-types.ts';

/** Avro types by the registry's id, fetched once; a schema of an id never changes. */
export class Schemas {
  readonly #registry: SchemaRegistry;
  readonly #url: string;
  readonly #known = new Map<number, Type>();

  constructor(url: string) {
    this.#url = url;
    const exact = { [SchemaType.AVRO]: exactTypes() } as ConstructorParameters<typeof SchemaRegistry>[1];
    this.#registry = new SchemaRegistry({ host: url, retry: { retries: 0 } }, exact);
  }

  known(id: number): Type | undefined {
    return this.#known.get(id);
  }

  /** Throws KitError `registry-unreachable` or `schema-unknown`, both worth waiting for. */
  async fetch(id: number): Promise<Type> {
    try {
      const type = (await this.#registry.getSchema(id)) as unknown as Type;
      this.#known.set(id, type);
      return type;
    } catch (error) {
      const status = (error as { status?: number }).status;
      const where = `schema ${id} at the registry ${this.#url}`;
      const remedy = 'use the registry that the connector writes to';
      if (status === 404) throw new KitError('schema-unknown', `${where} is not there (yet)`, { cause: error, remedy });
      throw new KitError('registry-unreachable', `${where}: ${(error as Error).message}`, { cause: error });
    }
  }
}
