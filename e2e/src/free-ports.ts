import { createServer } from 'node:net';
import { isFree } from '@banyan/stack';

/** Above the demo's; below the ports that Linux gives to outgoing connections, which may take any of theirs at any time. */
const [first, last] = [28_700, 32_700];
const step = 40;

/** The first of so many free ports in a row, up to 40, which nobody else who asks gets while this process lives. */
export async function freePorts(count: number): Promise<number> {
  for (let base = first; base + step <= last; base += step) {
    if (!(await claim(base))) continue;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no ${count} free ports in a row from ${first} to ${last}`);
}

/** By an abstract Unix socket, which goes with its process. */
function claim(base: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createServer().unref();
    socket.once('error', () => resolve(false));
    socket.listen(`\0banyan-test-ports-${base}`, () => resolve(true));
  });
}
