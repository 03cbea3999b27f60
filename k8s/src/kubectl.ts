import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly out: string;
  /** Warnings too. */
  readonly err: string;
}

/** Runs kubectl against the cluster of KUBECONFIG. Throws KubectlError when it says no. */
export async function kubectl(args: readonly string[], input = ''): Promise<Answer> {
  const child = spawn('kubectl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it says why on standard error
  child.stdin.end(input);
  const code = new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail));
  const [out, err, ended] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  if (ended !== 0) throw new KubectlError(args, err.trim() || out.trim());
  return { out, err };
}

/** kubectl ended with another code than 0; `said` is what it wrote. */
export class KubectlError extends Error {
  readonly said: string;

  constructor(args: readonly string[], said: string) {
    super(`kubectl ${args.join(' ')}: ${said}`);
    this.name = 'KubectlError';
    this.said = said;
  }
}
