import { readdir, readFile } from 'node:fs/promises';

/** Ends every process whose environment or command line names the stack's folder; gives their command lines. */
export async function leftovers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const [environment, command] = await Promise.all(
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    const isOurs = environment!.split('\0').includes(`BANYAN_STACK=${folder}`) || command!.includes(folder);
    if (!isOurs || command === '') continue;
    found.push(`${pid} ${command!.replaceAll('\0', ' ').slice(0, 150)}`);
    process.kill(Number(pid), 'SIGKILL');
  }
  return found;
}
