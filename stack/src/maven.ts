import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { runTool } from './tool.ts';

export interface MavenOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `package` on the poms with the machine's own Maven. Throws StackError `fetch-failed`, one line that says what to do. */
export async function mavenPackage(poms: string, out: string, options: MavenOptions): Promise<void> {
  const pom = join(poms, 'pom.xml');
  const { env, signal } = options;
  const goal = ['--batch-mode', '--strict-checksums', '--file', pom, `-Dout=${out}`, 'package'];
  const { code, lines } = await runTool(['mvn', ...goal], { env, signal, line: narrator(options.say) });
  if (code === 0) return;
  if (code === 127) {
    throw new StackError('fetch-failed', 'Maven (mvn) is not on the PATH; install it (Debian: apt-get install maven)');
  }
  const why = lines.find((line) => line.startsWith('[ERROR]')) ?? lines.findLast((line) => line.trim() !== '');
  const again = `mvn -f '${pom}' '-Dout=${join(tmpdir(), 'banyan-artefacts')}' package`;
  const reason = (why ?? `it ended with ${code}`).replace('[ERROR] ', '').replace(/ -> \[Help \d+\]$/, '');
  throw new StackError('fetch-failed', `Maven could not fetch the parts of the stack: ${reason}; to see why: ${again}`);
}

/** Tells what of Maven's log is progress. */
function narrator(say: (text: string) => void): (line: string) => void {
  let files = 0;
  return (line) => {
    const file = /^(?:\[INFO\] )?Downloading from .*\/(\S+\.(?:jar|gz))$/.exec(line)?.[1];
    if (file) say(`downloading ${file} (file ${++files})`);
    const module = /^\[INFO\] Building (\S+) /.exec(line)?.[1];
    if (module) say(`unpacking ${module}`);
  };
}
