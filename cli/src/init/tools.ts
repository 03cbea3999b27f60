import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from './readiness.ts';

const run = promisify(execFile);

/** What is missing on this machine: Node of the version that strips types, Java or what fetches one, git. */
export async function toolFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const has = (command: string, ...args: string[]) =>
    run(command, args).then(
      () => true,
      () => false,
    );
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin/java') : 'java';
  const [hasJava, hasPip, hasGit] = await Promise.all([
    has(java, '-version'),
    has('python3', '-m', 'pip', '--version'),
    has('git', '--version'),
  ]);
  const [major = 0] = process.versions.node.split('.').map(Number);
  return [
    ...(major >= 24
      ? []
      : [
          {
            code: 'node-old',
            what: `this is Node ${process.versions.node}`,
            remedy: 'install Node 24 or newer: it strips types by itself',
          },
        ]),
    ...(hasJava || hasPip
      ? []
      : [
          {
            code: 'java-missing',
            what: 'there is no Java, which Kafka needs',
            remedy: 'install Java 21 or newer, or python3 with pip, by which one is fetched',
          },
        ]),
    ...(hasGit
      ? []
      : [
          {
            code: 'git-missing',
            what: 'there is no git',
            remedy: 'install it: what is written here belongs under version control',
          },
        ]),
  ];
}
