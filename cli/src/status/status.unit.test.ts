import { unknownSnapshot } from '@banyan/connectors';
import { describe, expect, it } from '@jest/globals';
import { snapshotText } from '../snapshot.ts';
import { problemsIn, type Seen } from './judge.ts';
import { samplesIn } from './prometheus.ts';
import { duration, statusText } from './render.ts';
import { notRunning } from './services.ts';

const service = {
  ...notRunning({ name: 'accounts', role: 'project', url: 'http://x' }),
  ready: true,
  state: 'streaming',
  reason: null,
};
const well: Seen = {
  dataDir: '/d',
  parts: [
    { name: 'kafka', state: 'answers', port: 1, reason: null },
    { name: 'traffic', state: 'stopped', port: null, reason: null },
  ],
  connectors: [
    {
      name: 'bank',
      state: 'RUNNING',
      tasks: [{ id: 0, state: 'RUNNING' }],
      position: '0-1-2',
      binlog: 'b:1',
      evidence: 'binlog-read',
      snapshot: unknownSnapshot,
      reason: null,
      trouble: null,
      prefix: 'bank',
      serverId: '5400 on 127.0.0.1:3306',
    },
  ],
  projections: [service],
};
const codes = (seen: Partial<Seen>) =>
  problemsIn({ ...well, ...seen }, null).map(({ where, code }) => `${where}: ${code}`);

describe('what counts as a problem', () => {
  it('is nothing when all works, with or without traffic', () => {
    expect(codes({})).toEqual([]);
  });

  it('is a part that died, is silent or away', () => {
    const part = (state: 'died' | 'silent' | 'stopped') => [
      ...well.parts,
      { name: 'connect', state, port: 2, reason: null },
    ];
    expect(codes({ parts: part('died') })).toEqual(['connect: part-died']);
    expect(codes({ parts: part('silent') })).toEqual(['connect: part-silent']);
    expect(codes({ parts: part('stopped') })).toEqual(['connect: part-stopped']);
  });

  it('is one problem, not ten, when nothing runs', () => {
    expect(codes({ parts: [{ name: 'kafka', state: 'stopped', port: 1, reason: null }], connectors: [] })).toEqual([
      'stack: not-running',
    ]);
  });

  it('is a failed task under a connector that says RUNNING', () => {
    const [bank] = well.connectors;
    expect(codes({ connectors: [{ ...bank!, tasks: [{ id: 0, state: 'FAILED' }], reason: 'boom' }] })).toEqual([
      'connector bank: connector-not-running',
    ]);
    expect(codes({ connectors: [{ ...bank!, tasks: [] }] })).toEqual(['connector bank: connector-not-running']);
    expect(codes({ connectors: [] })).toEqual(['connect: no-connector']);
  });

  it('is what ails the source of a connector, by its own code and remedy', () => {
    const trouble = { code: 'binlog-purged', what: 'purged', remedy: 'capture anew' } as const;
    const [bank] = well.connectors;
    const connectors = [{ ...bank!, tasks: [{ id: 0, state: 'FAILED' }], reason: 'boom', trouble }];
    expect(problemsIn({ ...well, connectors }, null)).toEqual([
      { where: 'connector bank', code: 'binlog-purged', message: 'purged', remedy: 'capture anew' },
    ]);
  });

  it('is a topic prefix or a server id that two connectors share', () => {
    const [bank] = well.connectors;
    const other = { ...bank!, name: 'other', prefix: 'other', serverId: '1 on 127.0.0.1:3306' };
    expect(codes({ connectors: [bank!, other] })).toEqual([]);
    expect(codes({ connectors: [bank!, { ...other, prefix: 'bank' }] })).toEqual([
      'connectors bank, other: prefix-shared',
    ]);
    expect(codes({ connectors: [bank!, { ...other, serverId: bank!.serverId }] })).toEqual([
      'connectors bank, other: server-id-shared',
    ]);
    expect(
      codes({
        connectors: [
          { ...bank!, prefix: null, serverId: null },
          { ...other, prefix: null, serverId: null },
        ],
      }),
    ).toEqual([]);
  });

  it('is a service that is not ready, by its own code', () => {
    expect(
      codes({ projections: [{ ...service, ready: false, state: 'waiting', code: 'registry-unreachable' }] }),
    ).toEqual(['accounts (project): registry-unreachable']);
    expect(codes({ projections: [{ ...service, ready: false, state: 'filling' }] })).toEqual([
      'accounts (project): service-filling',
    ]);
  });
});

it('reads Prometheus samples, labels with escapes among them', () => {
  const text = '# HELP x y\nx_total{a="1",b="q\\"\\\\\\n"} 3\ny 1e3 1700000000000\nnot a sample at all here\n';
  expect(samplesIn(text)).toEqual([
    { name: 'x_total', labels: { a: '1', b: 'q"\\\n' }, value: 3 },
    { name: 'y', labels: {}, value: 1000 },
  ]);
});

it('shows no control character of a hostile answer', () => {
  const text = statusText({ ...well, projections: [{ ...service, position: '\u001b[2J' }] }, [
    { where: 'x', code: 'x', message: '\u001b[31mred\nline', remedy: null },
  ]);
  expect(text).toContain('\\x1b[2J');
  expect(text).toContain('x: \\x1b[31mred\\nline');
  expect(text).not.toContain('\u001b');
});

it('says what a snapshot cost, as far as it is known', () => {
  const cost = { ...unknownSnapshot, tables: [{ table: 'a.b', rows: 1234, ms: 7 }], rows: 1234, attempts: 1 };
  expect(snapshotText(unknownSnapshot)).toBeNull();
  expect(snapshotText({ ...cost, state: 'done', lockedMs: 40, ageMs: 2000 })).toBe(
    '1,234 rows of 1 tables; writes blocked for 0.04 s, one transaction open for 2.00 s',
  );
  expect(snapshotText({ ...cost, state: 'interrupted', attempts: 3 })).toBe(
    'interrupted, 1,234 rows of 1 tables; begun 3 times',
  );
});

it.each([
  [800, '0.8 s'],
  [60_000, '1 min'],
  [7_200_000, '2 h'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
