import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownedTablesOf, readTablesOf } from '@banyan/kit';
import type { Part, Stack } from '@banyan/stack';
import { project } from '../project/project.ts';
import { sourceOf } from '../project/source.ts';
import type { Service } from '../services.ts';
import { authOf } from './issuer.ts';
import { nodePart, passwordFile } from './node-part.ts';

/** The two roles of a service, and where they answer. */
export interface ServiceParts {
  readonly name: string;
  readonly projector: Part;
  readonly projectorUrl: string;
  readonly api: Part;
  readonly apiUrl: string;
  /** What it serves: `/accounts`. */
  readonly paths: readonly string[];
}

/** A service that was started in a data folder; its place in the list gives its ports. */
interface Place {
  readonly name: string;
  readonly main: string;
  readonly paths: readonly string[];
  /** It owns columns of the bank's tables. */
  readonly writesBack?: boolean;
}

interface Places {
  /** The APIs check tokens. */
  readonly auth: boolean;
  readonly services: readonly Place[];
}

/** What is known of a data folder's services, in the order in which they were started. */
export function servicePartsIn(stack: Stack): ServiceParts[] {
  const { auth, services } = placesIn(stack.dataDir);
  return services.map((place, index) => partsAt(stack, place, index, auth));
}

/** The projector of a service's next version, on a database of its own beside the one that answers. */
export function nextVersionIn(
  stack: Stack,
  name: string,
  database: string,
): { readonly projector: Part; readonly url: string } {
  const { auth, services } = placesIn(stack.dataDir);
  const index = services.findIndex((place) => place.name === name);
  // Behind the ports of all services, and of some that may come meanwhile.
  const port = stack.ports['source-db'] + firstPort + 2 * (services.length + 4) + index;
  const { projector } = partsAt(stack, services[index]!, index, auth, {
    name: `${name}-next-projector`,
    port,
    database,
  });
  return { projector, url: `http://127.0.0.1:${port}` };
}

/** Whether the APIs of a data folder check tokens. */
export const checksTokens = (stack: Stack): boolean => placesIn(stack.dataDir).auth;

/** Writes down that these services are the ones that run. */
export function placeServices(stack: Stack, services: readonly Service[], auth: boolean): void {
  write(stack.dataDir, { auth, services: services.map(placeOf) });
}

/** Writes down that one more runs; ports of the others stay. */
export function placeService(stack: Stack, service: Service): void {
  const { auth, services } = placesIn(stack.dataDir);
  if (services.every(({ name }) => name !== service.name))
    write(stack.dataDir, { auth, services: [...services, placeOf(service)] });
}

const placeOf = ({ name, main, projection }: Service): Place => ({
  name,
  main,
  paths: readTablesOf(projection).flatMap(({ path }) => (path === null ? [] : [path])),
  writesBack: ownedTablesOf(projection).length > 0,
});

/** Behind those of the stack, the bank, the issuer and the facade. */
const firstPort = 12;

const fileIn = (dataDir: string) => join(dataDir, 'services.json');

function write(dataDir: string, places: Places): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(fileIn(dataDir), `${JSON.stringify(places, null, 2)}\n`);
}

function placesIn(dataDir: string): Places {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Places;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { auth: false, services: [] };
    throw error;
  }
}

interface OtherProjector {
  readonly name: string;
  readonly port: number;
  readonly database: string;
}

function partsAt(
  stack: Stack,
  { name, main, paths, writesBack = false }: Place,
  index: number,
  auth: boolean,
  other: OtherProjector | null = null,
): ServiceParts {
  const apiPort = stack.ports['source-db'] + firstPort + 2 * index;
  const projectorPort = other?.port ?? apiPort + 1;
  const readModel = {
    READ_DB_PORT: String(stack.ports['read-db']),
    READ_DB_USER: readModelUser(name),
    READ_DB_PASSWORD_FILE: passwordFile(stack, readModelUser(name)),
    READ_DB_NAME: other?.database ?? name,
  };
  const source = sourceOf(stack);
  const stream = {
    KAFKA_BROKERS: stack.kafka,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    TOPIC_PREFIX: project().prefix,
    SOURCE_DB_HOST: source.host,
    SOURCE_DB_PORT: String(source.port),
    SOURCE_DB_USER: source.user,
    SOURCE_DB_PASSWORD_FILE: passwordFile(stack, 'capture'),
    ...(writesBack && {
      WRITE_BACK_DB_USER: writeBackUser(name),
      WRITE_BACK_DB_PASSWORD_FILE: passwordFile(stack, writeBackUser(name)),
    }),
  };
  const role = (part: string, args: string, port: number, env: Record<string, string>) =>
    nodePart(stack, {
      name: part,
      main,
      args: [args],
      env: { PORT: String(port), ...readModel, ...env },
      health: { port, path: '/ready' },
    });
  return {
    name,
    projector: role(other?.name ?? `${name}-projector`, 'project', projectorPort, stream),
    projectorUrl: `http://127.0.0.1:${projectorPort}`,
    api: role(name, 'serve', apiPort, auth ? authOf(stack) : { AUTH: 'off' }),
    apiUrl: `http://127.0.0.1:${apiPort}`,
    paths,
  };
}

/** No name of a service is one of the server's own accounts. */
export const readModelUser = (service: string): string => `service-${service}`;
export const writeBackUser = (service: string): string => `write-back-${service}`;
