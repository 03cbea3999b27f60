// What the tests of the page are told: all that there can be, and names that somebody hostile has made up.
import { unknownSnapshot } from '@banyan/connectors';
import type { Looked } from '../status/look.ts';
import { notRunning } from '../status/services.ts';

const projector = {
  ...notRunning({ name: 'accounts', role: 'project', url: 'http://x' }),
  ...{
    state: 'streaming',
    ready: true,
    reason: null,
    position: '0-1-42',
    ageMs: 300,
    lag: 3,
    rows: 4323,
    transactions: 99,
  },
};
const api = {
  ...notRunning({ name: 'accounts', role: 'serve', url: 'http://y' }),
  ...{ state: 'ready', ready: true, reason: null, position: '0-1-41', ageMs: 400 },
  proof: { state: 'equal', position: '0-1-40', checkedAgoMs: 60_000, differences: 0 } as const,
};

/** All of it works. */
export const wellLooked: Looked = {
  seen: {
    dataDir: '/tmp/demo',
    parts: [
      { name: 'kafka', state: 'answers', port: 27_602, reason: null },
      { name: 'registry', state: 'answers', port: 27_604, reason: null },
      { name: 'traffic', state: 'stopped', port: null, reason: null },
    ],
    connectors: [
      {
        ...{
          name: 'bank',
          state: 'RUNNING',
          position: '0-1-41',
          binlog: 'binlog.000001:4711',
          evidence: 'binlog-read',
        },
        tasks: [{ id: 0, state: 'RUNNING' }],
        ...{ snapshot: unknownSnapshot, reason: null, trouble: null, prefix: 'bank', serverId: '1 on x:1' },
      },
    ],
    projections: [projector, api],
  },
  problems: [],
};

export const registryDied: Looked = {
  seen: {
    ...wellLooked.seen,
    parts: wellLooked.seen.parts.map((part) => (part.name === 'registry' ? { ...part, state: 'died' as const } : part)),
    projections: [{ ...projector, ready: false, state: 'waiting', reason: 'the registry is away' }, api],
  },
  problems: [
    {
      where: 'registry',
      code: 'part-died',
      message: 'registry has ended by itself',
      remedy: 'see its log: banyan logs registry; or start it: banyan up',
    },
    { where: 'accounts (project)', code: 'registry-unreachable', message: 'the registry is away', remedy: null },
  ],
};

export const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202e\u001b[31m';

export const stopped = {
  topic: 'bank.bank.accounts',
  partition: 0,
  offset: 1536n,
  code: 'undecodable',
  message: `it cannot be decoded: ${hostile}`,
  table: 'accounts',
  key: '["42"]',
  keyProblem: null,
  position: '0-1-40',
  at: '2026-03-01T10:00:00Z',
  isOpen: true,
  verdict: null,
};

export const parkedKey = {
  table: 'accounts',
  key: `["$(reboot) '7"]`,
  since: '0-1-39',
  code: 'undecodable',
  changes: 1,
  isReleased: false,
  at: '2026-03-01T10:00:00Z',
};
