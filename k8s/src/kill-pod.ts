import { readdirSync, readFileSync } from 'node:fs';
import type { Pod } from './demo-cluster.ts';

/** kill -9 of what runs in a pod, which is on this machine: its process is one of the container's control group. Throws when none is. */
export function killPod({ metadata, status }: Pod): void {
  const id = status.containerStatuses[0]!.containerID.replace('containerd://', '');
  const own = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && groupsOf(pid).includes(id));
  if (own.length === 0) throw new Error(`nothing of ${metadata.name} runs on this machine`);
  for (const pid of own) process.kill(Number(pid), 'SIGKILL');
}

function groupsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
