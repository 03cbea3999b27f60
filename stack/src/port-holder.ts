import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Whether a server could listen on 127.0.0.1:port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Who has the port, as `pid 4711 (nginx: master)`, from /proc; null when that cannot be seen. */
export function holderOf(port: number): string | null {
  const inodes = socketsOn(port);
  if (inodes.size === 0) return null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!linksOf(pid).some((link) => inodes.has(link))) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return `pid ${pid} (${command.slice(0, 60)})`;
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}

/** Where the process's open files lead; those that close meanwhile, or belong to another user, are left out. */
function linksOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Listening sockets on the port, or when there are none any that are bound to it; source: proc(5), /proc/net/tcp. */
function socketsOn(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(rowsOf).filter((fields) => fields[1]?.endsWith(wanted));
  const listening = rows.filter((fields) => fields[3] === '0A');
  return new Set((listening.length > 0 ? listening : rows).map((fields) => `socket:[${fields[9]}]`));
}

function rowsOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').slice(1);
    return lines.map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}
