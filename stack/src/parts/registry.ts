import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartSpec } from '../part.ts';
import { ok } from './http.ts';
import type { Jvm } from './jvm.ts';

export interface RegistryOptions {
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly adminPort: number;
  readonly jvm: Jvm;
}

/** Apicurio Registry with its Confluent API under /apis/ccompat/v7; schemas and their ids live in a file, and survive. */
export function registry(options: RegistryOptions): PartSpec {
  const folder = join(options.dataDir, 'registry');
  // By default H2 writes commits up to half a second later: a killed registry would give the same id out twice.
  const database = `jdbc:h2:file:${join(folder, 'registry')};DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0`;
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': String(options.port),
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': String(options.adminPort),
    'quarkus.log.level': 'WARN',
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    'apicurio.datasource.url': database,
  };
  return {
    name: 'registry',
    ports: [options.port, options.adminPort],
    graceMs: 20_000,
    get command() {
      const jar = join(options.home, 'quarkus-run.jar');
      return options.jvm.command('registry', { heapMb: 320, properties }, '-jar', jar);
    },
    prepare: async () => {
      await options.jvm.prepare('registry');
      await mkdir(folder, { recursive: true });
    },
    answers: () => ok(`http://127.0.0.1:${options.port}/apis/ccompat/v7/subjects`),
  };
}
