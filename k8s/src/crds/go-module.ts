import { StackError } from '@banyan/stack';
import { runTool } from '@banyan/stack/fetching';

/** Where the module's files are, of the version in `lock`'s go.mod and with the sum in its go.sum. Throws StackError `fetch-failed`. */
export async function goModule(lock: string, module: string, signal: AbortSignal | undefined): Promise<string> {
  const command = ['go', '-C', lock, 'mod', 'download', '-json', module] as const;
  const { code, lines } = await runTool(command, { signal, env: { ...process.env, GOFLAGS: '-mod=readonly' } });
  if (code === 127) throw new StackError('fetch-failed', 'Go (go) is not on the PATH; install Go 1.26 or newer');
  const { Dir: folder, Error: why } = answerIn(lines.join('\n'));
  if (folder) return folder;
  const again = `to see why: ${command.join(' ')}`;
  throw new StackError('fetch-failed', `the Go module ${module} could not be fetched: ${why}; ${again}`);
}

/** The tool's one JSON object; what it says beside it is why there is none. */
function answerIn(text: string): { readonly Dir?: string; readonly Error?: string } {
  const json = /^\{[\s\S]*^\}/m.exec(text)?.[0];
  return json ? (JSON.parse(json) as { Dir?: string; Error?: string }) : { Error: text.slice(-500) };
}
