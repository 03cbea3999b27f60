// A proof of the mirror on a budget; prints what it came to.
import { prove } from '@banyan/kit';
import { linesProjection } from './lines-projection.ts';

const env = process.env as Readonly<Record<string, string>>;
const access = (side: 'READ' | 'SOURCE') => ({
  host: '127.0.0.1',
  port: Number(env[`${side}_DB_PORT`]),
  user: env[`${side}_DB_USER`]!,
  password: env[`${side}_DB_PASSWORD`]!,
});
const database = { ...access('READ'), database: env.READ_DB_NAME! };
const sides = { projection: linesProjection, source: access('SOURCE'), database };
console.log(JSON.stringify(await prove({ ...sides, anew: true, rowsPerSecond: 75_000 })));
