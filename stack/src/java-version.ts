import { runTool } from './tool.ts';

/** The major version that the `java` says it has; 0 when it does not run. */
export async function majorOf(java: string): Promise<number> {
  const result = await runTool([java, '-version'], { limitMs: 20_000 }).catch(() => null);
  const version = result?.code === 0 ? result.lines.join('\n') : '';
  return Number(/version "(\d+)/.exec(version)?.[1] ?? 0);
}
