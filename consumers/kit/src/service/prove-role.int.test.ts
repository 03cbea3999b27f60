import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fold, type Projection, Projector } from '../projection/index.ts';
import type { DatabaseAccess } from '../read-store/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { runService } from './run-service.ts';

jest.setTimeout(120_000);

const changesOf = (database: string): Projection =>
  fold({
    name: 'changes',
    from: { parcels: { source: `${database}.parcels`, key: ['id'], columns: { id: 'int', weight: 'int' } } },
    tables: {
      counts: {
        version: 1,
        key: ['id'],
        columns: { id: 'int', changes: 'int' },
        keys: ({ id }) => [[id!]],
        step: (state) => ({ changes: Number(state?.changes ?? 0) + 1 }),
      },
    },
  });

describe('prove and repair, as roles of a service', () => {
  let captured: CapturedSource;
  let projection: Projection;
  let env: Record<string, string>;
  let projector: Projector;
  let abort: AbortController;
  let done: Promise<void>;
  let account: string;

  const start = async () => {
    abort = new AbortController();
    projector = new Projector(await captured.projectorOptions(projection));
    done = projector.run(abort.signal);
    await eventually('it streams', () => projector.facts().state === 'streaming');
  };
  /** Runs the role; what it came to, with all that it wrote on standard output and on standard error. */
  const run = async (role: string) => {
    const lines: Record<string, unknown>[] = [];
    const complaints: string[] = [];
    const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(JSON.parse(String(text)) as Record<string, unknown>);
      return true;
    });
    const error = jest.spyOn(console, 'error').mockImplementation((text) => void complaints.push(String(text)));
    try {
      return { code: await runService(projection, [role], env), lines, complaints: complaints.join('\n') };
    } finally {
      out.mockRestore();
      error.mockRestore();
    }
  };
  const scratches = () => captured.texts('read', `SHOW DATABASES LIKE '${captured.name}\\_\\_proof'`);

  beforeAll(async () => {
    captured = await CapturedSource.open();
    await captured.source.query('CREATE TABLE parcels (id INT PRIMARY KEY, weight INT)');
    await captured.source.query('INSERT INTO parcels SELECT seq, seq FROM seq_1_to_500');
    await captured.capture(['parcels']);
    projection = changesOf(captured.name);
    const { source, registryUrl, topicPrefix } = await captured.projectorOptions(projection);
    const { host, port } = (await captured.readAccess()) as DatabaseAccess;
    account = `role_${captured.name}`;
    await captured.read.query("CREATE USER ?@'127.0.0.1' IDENTIFIED BY 's3cret'", [account]);
    await captured.read.query("GRANT ALL ON ??.* TO ?@'127.0.0.1'", [captured.name, account]);
    env = {
      READ_DB_HOST: host,
      READ_DB_PORT: String(port),
      READ_DB_USER: account,
      READ_DB_PASSWORD: 's3cret',
      READ_DB_NAME: captured.name,
      KAFKA_BROKERS: captured.stack.kafka,
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC_PREFIX: topicPrefix,
      SOURCE_DB_HOST: source!.host,
      SOURCE_DB_PORT: String(source!.port),
      SOURCE_DB_USER: source!.user,
      SOURCE_DB_PASSWORD: source!.password,
    };
    await start();
    await captured.source.query('UPDATE parcels SET weight = weight + 1 WHERE id = 7');
  });
  afterAll(async () => {
    abort?.abort();
    await done;
    await captured.read.query("DROP USER IF EXISTS ?@'127.0.0.1'", [account]);
    await captured[Symbol.asyncDispose]();
  });

  it('names the grant that folding again wants', async () => {
    const { code, complaints } = await run('prove');
    expect(code).toBe(2);
    const [scratch] = [`${captured.name.replaceAll('_', '\\_')}\\_\\_proof`];
    expect(complaints).toContain(`GRANT ALL ON \`${scratch}\`.* TO '${account}'`);
    expect(complaints).not.toContain('s3cret');
    await captured.read.query(`GRANT ALL ON \`${scratch}\`.* TO '${account}'@'127.0.0.1'`);
  });

  it('says equal of mirrors and folds, and leaves nothing behind', async () => {
    const { code, lines, complaints } = await run('prove');
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    expect(lines.at(-1)).toMatchObject({ role: 'prove', message: 'equal', differences: 0, rows: 1000 });
    expect(await scratches()).toEqual([]);
  });

  it('leaves another proof alone, and wants to be tried again after it', async () => {
    const scratch = `${captured.name}__proof`;
    await captured.read.query('SELECT GET_LOCK(?, 10)', [scratch]);
    try {
      const { code, complaints } = await run('prove');
      expect({ code, complaints }).toEqual({ code: 75, complaints: expect.stringContaining('another proof') });
    } finally {
      await captured.read.query('SELECT RELEASE_LOCK(?)', [scratch]);
    }
  });

  it('names the rows that differ, never their values; repair puts right those of mirrors', async () => {
    await captured.read.query('UPDATE parcels SET weight = 987654 WHERE id = 3');
    const { code, lines } = await run('prove');
    expect(code).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'a row is different', table: 'parcels', key: ['3'], columns: ['weight'] }),
    );
    expect(lines.at(-1)).toMatchObject({ message: 'different', differences: 1 });
    expect(JSON.stringify(lines)).not.toContain('987654');
    expect(await run('repair')).toMatchObject({ code: 0, complaints: '' });
    expect(await captured.texts('read', 'SELECT weight FROM parcels WHERE id = 3')).toEqual([{ weight: 3 }]);
  });

  it('wants to be tried again when nobody projects', async () => {
    abort.abort();
    await done;
    try {
      const { code, complaints } = await run('prove');
      expect(code).toBe(75);
      expect(complaints).toMatch(/^changes prove: 'changes' did not stand still .* no projector runs/);
      expect(await scratches()).toEqual([]);
    } finally {
      await start();
    }
  });
});
