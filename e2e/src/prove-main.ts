// A proof or a repair as a process of its own, that can be killed; tells each step as a line of JSON, and the result as the last.
import { registerHooks } from 'node:module';
import { mutants } from './mutants.ts';

const env = process.env as Readonly<Record<string, string>>;
if (env.MUTANT) registerHooks({ load: mutants(env.MUTANT) });

const { prove, repair, Schemas } = await import('@banyan/kit');
const { kafkaJsTransport } = await import('@banyan/kit/transport');
const { onDatabase } = await import('@banyan/kit/testkit');
const { projectionNamed } = await import('./projections/index.ts');

const access = (side: 'READ' | 'SOURCE') => ({
  host: '127.0.0.1',
  port: Number(env[`${side}_DB_PORT`]),
  user: env[`${side}_DB_USER`]!,
  password: env[`${side}_DB_PASSWORD`]!,
});
const tell = (line: unknown) => console.log(JSON.stringify(line));
const projection = onDatabase(await projectionNamed(env.PROJECTION!), env.SOURCE_DATABASE!);
const sides = { projection, source: access('SOURCE'), database: { ...access('READ'), database: env.READ_DB_NAME! } };

if (process.argv[2] === 'prove') {
  tell(await prove({ ...sides, onProgress: tell }));
} else {
  await using transport = kafkaJsTransport({ brokers: [env.KAFKA_BROKERS!], clientId: 'e2e' });
  const schemas = new Schemas(env.SCHEMA_REGISTRY_URL!);
  tell(await repair({ ...sides, transport, schemas, topicPrefix: env.TOPIC_PREFIX!, onProgress: tell }));
}
