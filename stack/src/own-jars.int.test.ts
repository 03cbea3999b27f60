import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Artefacts, fetchArtefacts } from './artefacts.ts';
import { readConfig } from './config.ts';
import { findJava } from './java.ts';
import { type CompileOptions, compileJar, ownJar, ownJars } from './own-jars.ts';
import { storedZip } from './parts/stored-zip.ts';
import { newFolder, removeFolder } from './testing.ts';
import { runTool } from './tool.ts';

const ownSources = join(import.meta.dirname, '../connect-plugins/converter');
const say = () => {};

describe('our classes for Connect', () => {
  let folder: string;
  let java: string;
  let artefacts: Artefacts;
  let options: CompileOptions;
  beforeAll(async () => {
    const { cacheDir } = readConfig(process.env, { root: '/', purpose: 'test', portBase: 20_000 });
    java = await findJava(cacheDir, process.env, say);
    artefacts = await fetchArtefacts(cacheDir, say);
  }, 300_000);
  beforeEach(async () => {
    folder = await newFolder('converter');
    const against = [artefacts.converter, artefacts.kafka];
    options = { java, compiler: artefacts.compiler, against, sources: ownSources };
  });
  afterEach(() => removeFolder(folder));

  const sourceOf = async (name: string, text: string) => {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };

  it('are compiled once, and anew when its source or what it stands on is another', async () => {
    const said: string[] = [];
    const jar = () => ownJar(folder, (text) => said.push(text), options);
    const first = await jar();
    expect(await jar()).toBe(first);
    expect(said).toEqual(['compiling the classes of our own for converter']);
    const own = await readFile(join(ownSources, 'HeartbeatPosition.java'), 'utf8');
    options = { ...options, sources: dirname(await sourceOf('other/HeartbeatPosition.java', `${own}// another\n`)) };
    const second = await jar();
    await writeFile(join(folder, 'newer.jar'), storedZip({ a: '' }));
    options = { ...options, against: [...options.against, folder] };
    expect(new Set([first, second, await jar()]).size).toBe(3);
    expect(existsSync(first)).toBe(true);
  }, 120_000);

  it('are the same whenever they are compiled, are found by their manifests, and run on Java 17', async () => {
    const files = ['one.jar', 'two.jar'].map((name) => join(folder, name));
    for (const file of files) await compileJar(file, options);
    const [one, two] = await Promise.all(files.map((file) => readFile(file)));
    expect(one).toEqual(two);
    const text = one!.toString('latin1');
    const manifest = 'META-INF/services/org.apache.kafka.connect.storage.Converter';
    expect(text).toContain(`${manifest}dev.banyan.NullKeepingAvroConverter\n`);
    const other = 'META-INF/services/org.apache.kafka.connect.transforms.Transformation';
    expect(text).toContain(`${other}dev.banyan.HeartbeatPosition\n`);
    const { debezium } = await ownJars(folder, say, { java, artefacts });
    const third = 'META-INF/services/io.debezium.pipeline.signal.actions.SignalActionProvider';
    expect(await readFile(debezium, 'latin1')).toContain(`${third}dev.banyan.BinlogWatch\n`);
    expect(text).toContain('dev/banyan/NullKeepingAvroConverter.class\xca\xfe\xba\xbe\x00\x00\x00\x3d');
  }, 120_000);

  it('that cannot be compiled are told in one line, and nothing is kept', async () => {
    const source = await sourceOf(
      'bad/NullKeepingAvroConverter.java',
      'package dev.banyan; class X extends Missing {}',
    );
    const wrong = { ...options, sources: dirname(source) };
    const error = await ownJar(join(folder, 'cache'), say, wrong).catch((thrown) => thrown);
    expect(error.code).toBe('compile-failed');
    expect(error.message).toMatch(/NullKeepingAvroConverter\.java.*Missing cannot be resolved to a type$/);
  }, 60_000);

  it('refuse to be configured over a version without the switch, and names the version', async () => {
    const jar = join(folder, 'ours.jar');
    await compileJar(jar, options);
    const [ecj] = await readdir(artefacts.compiler);
    const compile = async (name: string, classPath: string, text: string) => {
      const command = [join(artefacts.compiler, ecj!), '-17', '-proc:none', '-cp', classPath, '-d', join(folder, name)];
      const source = await sourceOf(`${name}-source/${name}.java`, text);
      expect(await runTool([java, '-jar', ...command, source])).toMatchObject({ code: 0 });
    };
    const api = 'io.apicurio.registry.utils.converter';
    const configure = 'configure(java.util.Map<String, ?> configs, boolean isKey)';
    const body = `{ private Object avroData = ""; public void ${configure} {} }`;
    await compile('AvroConverter', '', `package ${api}; public class AvroConverter<T> ${body}`);
    const classFile = `${api.replaceAll('.', '/')}/AvroConverter.class`;
    const other = join(folder, 'apicurio-registry-utils-converter-9.9.9.jar');
    await writeFile(other, storedZip({ [classFile]: await readFile(join(folder, 'AvroConverter', classFile)) }));
    const run = 'new dev.banyan.NullKeepingAvroConverter<Object>().configure(java.util.Map.of(), false)';
    const main = `public class Main { public static void main(String[] args) { ${run}; } }`;
    await compile('Main', `${jar}:${other}`, main);
    const { code, lines } = await runTool([
      java,
      '-cp',
      [jar, other, join(folder, 'Main'), join(artefacts.kafka, '*')].join(':'),
      'Main',
    ]);
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(
      /ConfigException: apicurio-registry-utils-converter-9\.9\.9\.jar is no version .*NoSuchFieldException: ignoreDefaultForNullables/,
    );
  }, 60_000);
});
