import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchArtefacts } from './artefacts.ts';
import { eventually, newFolder, processesNaming, removeFolder, Scene } from './testing.ts';
import { fakeMaven } from './testing-maven.ts';

describe('fetchArtefacts', () => {
  let folder: string;
  let cacheDir: string;
  beforeEach(async () => {
    folder = await newFolder('fetch');
    cacheDir = join(folder, 'cache');
  });
  afterEach(() => removeFolder(folder));

  const say = () => {};
  const cached = async () => (await readdir(cacheDir)).map((name) => name.replace(/-[0-9a-f]{12}/, '')).sort();

  it('fetches once, and gives the folders', async () => {
    const maven = await fakeMaven(folder);
    const said: string[] = [];
    const first = await fetchArtefacts(cacheDir, (text) => said.push(text), maven);
    expect(said).toEqual(['downloading kafka.jar (file 1)', 'comparing every file with its checksum']);
    expect(await readFile(join(first.kafka, 'kafka.jar'), 'utf8')).toBe('the jar of kafka');
    expect((await stat(join(first.mariadb, 'bin/mariadbd'))).mode & 0o777).toBe(0o755);
    expect(await fetchArtefacts(cacheDir, say, maven)).toEqual(first);
    expect(await readFile(maven.runs, 'utf8')).toBe('run\n');
    expect(await cached()).toEqual(['artefacts', 'artefacts.verified']);
  });

  it('runs Maven once for two that want it at once', async () => {
    const maven = await fakeMaven(folder);
    const [one, two] = await Promise.all([1, 2].map(() => fetchArtefacts(cacheDir, say, maven)));
    expect(one).toEqual(two);
    expect(await readFile(maven.runs, 'utf8')).toBe('run\n');
  });

  it('fetches other versions beside the ones it has', async () => {
    const maven = await fakeMaven(folder);
    const first = await fetchArtefacts(cacheDir, say, maven);
    await writeFile(join(maven.poms, 'kafka/pom.xml'), '<project>another version</project>');
    expect((await fetchArtefacts(cacheDir, say, maven)).kafka).not.toBe(first.kafka);
    expect(existsSync(first.kafka)).toBe(true);
  });

  it.each([
    [
      'changed',
      'printf x >> "$out/kafka/kafka.jar"',
      /kafka\/kafka\.jar has the checksum [0-9a-f]{64}, not [0-9a-f]{64}/,
    ],
    ['missing', 'rm "$out/registry/app.jar"', /registry\/app\.jar is missing/],
    ['one too many', 'touch "$out/kafka/extra.jar"', /kafka\/extra\.jar does not belong there/],
    ['a link', 'ln -sf /etc/hostname "$out/kafka/kafka.jar"', /kafka\.jar has the checksum not-a-plain-file/],
  ])('names a fetched file that is %s, and keeps none of them', async (_, script, message) => {
    const error = await fetchArtefacts(cacheDir, say, await fakeMaven(folder, script)).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'artefact-changed', message: expect.stringMatching(message) });
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it('names a file that was changed in the cache later', async () => {
    const maven = await fakeMaven(folder);
    const { registry } = await fetchArtefacts(cacheDir, say, maven);
    await writeFile(join(registry, 'app.jar'), 'the Registry');
    await expect(fetchArtefacts(cacheDir, say, maven)).rejects.toThrow(
      /app\.jar has the checksum .* then delete .*artefacts-/,
    );
    await rm(join(registry, 'app.jar'));
    await expect(fetchArtefacts(cacheDir, say, maven)).rejects.toThrow('app.jar is missing');
  });

  it('says in one line how to get Maven', async () => {
    const { poms } = await fakeMaven(folder);
    const error = await fetchArtefacts(cacheDir, say, { poms, env: { PATH: '/nowhere' } }).catch((reason) => reason);
    const message = 'Maven (mvn) is not on the PATH; install it (Debian: apt-get install maven)';
    expect(error).toMatchObject({ code: 'fetch-failed', message });
  });

  it.each([
    [
      'its first error',
      "echo '[INFO] x'; echo '[ERROR] Could not resolve a:b:1 -> [Help 1]'; echo '[ERROR] more'; exit 1",
      ': Could not resolve a:b:1;',
    ],
    ['its last words', 'echo JAVA_HOME is wrong >&2; echo; exit 1', ': JAVA_HOME is wrong;'],
  ])('says in one line why Maven failed, by %s, and what to run', async (_, script, reason) => {
    const maven = await fakeMaven(folder, script);
    const error = await fetchArtefacts(cacheDir, say, maven).catch((thrown) => thrown);
    expect(error.code).toBe('fetch-failed');
    expect(error.message).toContain(reason);
    expect(error.message).toMatch(/; to see why: mvn -f '.*poms\/pom\.xml' '-Dout=.*' package$/);
    expect(error.message).not.toContain('\n');
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it('ends Maven at an abort and keeps nothing', async () => {
    const maven = await fakeMaven(folder, 'exit 0', true);
    const stop = new AbortController();
    const fetching = fetchArtefacts(cacheDir, say, { ...maven, signal: stop.signal });
    await eventually('Maven is half way', () => existsSync(maven.halfWay));
    stop.abort(new Error('enough'));
    await expect(fetching).rejects.toThrow('enough');
    expect(await readdir(cacheDir)).toEqual([]);
    expect(await processesNaming(cacheDir)).toEqual([]);
  });

  it('leaves no Maven and no half cache after kill -9', async () => {
    const maven = await fakeMaven(folder, 'exit 0', true);
    const scene = await Scene.start(['fetch', cacheDir, maven.poms], maven.env);
    await eventually('Maven is half way', () => existsSync(maven.halfWay));
    await scene.end('SIGKILL');
    await eventually('Maven has ended', async () => (await processesNaming(cacheDir)).length === 0);
    await writeFile(maven.goOn, '');
    const { kafka } = await fetchArtefacts(cacheDir, say, maven);
    expect(await readFile(join(kafka, 'kafka.jar'), 'utf8')).toBe('the jar of kafka');
    expect(await readFile(maven.runs, 'utf8')).toBe('run\nrun\n');
  });
});
