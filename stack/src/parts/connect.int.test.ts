import { mkdir, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newFolder, removeFolder } from '../testing.ts';
import { connect } from './connect.ts';
import { Jvm } from './jvm.ts';

describe('the preparation of Connect', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await newFolder('connect');
  });
  afterEach(() => removeFolder(dataDir));

  const spec = (plugin: string) => {
    const jars = [join(dataDir, `${plugin}.d`, 'our.jar')];
    const plugins = [{ name: 'one', folder: join(dataDir, plugin), jars, converters: ['a.B', 'a.C'] }];
    const jvm = new Jvm({ java: process.execPath, cacheDir: dataDir, dataDir, artefactsKey: plugin });
    const secretsDir = join(dataDir, 'ü');
    return connect({ home: '/kafka', plugins, dataDir, secretsDir, port: 2, kafkaPort: 1, jvm });
  };

  it('leads to the plugins of today, not to those of the last start', async () => {
    for (const version of ['old', 'new']) {
      await mkdir(join(dataDir, version));
      await spec(version).prepare();
      expect(await realpath(join(dataDir, 'connect/plugins/one/jars'))).toBe(await realpath(join(dataDir, version)));
      expect((await readdir(join(dataDir, 'connect/plugins/one'))).sort()).toEqual(['jars', 'manifest.jar', 'our.jar']);
      expect(await readlink(join(dataDir, 'connect/plugins/one/our.jar'))).toBe(join(dataDir, `${version}.d/our.jar`));
    }
  });

  it('makes the secrets folder, for its owner alone, and names it so that Java reads it', async () => {
    await spec('old').prepare();
    expect((await stat(join(dataDir, 'ü'))).mode & 0o777).toBe(0o700);
    const text = await readFile(join(dataDir, 'connect/worker.properties'), 'utf8');
    expect(text).toContain(`config.providers.file.param.allowed.paths=${dataDir}/\\u00fc\n`);
  });
});
