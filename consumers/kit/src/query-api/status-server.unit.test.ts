import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProjectorFacts } from '../projection/facts.ts';
import { createStatusServer, type Server } from './index.ts';
import { answerOf } from './testing-client.ts';

const liveWithinMs = 60_000;
const freshWithinMs = 30_000;
const hourMs = 3_600_000;

const healthy = (): ProjectorFacts => ({
  projection: 'accounts',
  state: 'streaming',
  reason: null,
  code: null,
  position: '0-1-1575',
  freshAtMs: Date.now(),
  rowsApplied: 12,
  transactionsApplied: 5,
  commits: 3,
  parkedKeys: 0,
  binlogKeptMs: 10 * 24 * 3_600_000,
  lag: new Map([
    ['bank.bank.accounts/0', 7],
    ['bank.transaction/0', 0],
  ]),
  turnedAtMs: Date.now(),
});

let facts: () => ProjectorFacts = healthy;
let server: Server;
let url: string;
const get = async (path: string, init: RequestInit = {}) => answerOf(await fetch(url + path, init));
const say = (changed: Partial<ProjectorFacts>) => {
  facts = () => ({ ...healthy(), ...changed });
};

beforeAll(async () => {
  server = createStatusServer({ facts: () => facts(), liveWithinMs, freshWithinMs });
  url = await server.listen({ port: 0 });
});

afterAll(() => server.close());

describe('/ready', () => {
  it.each([
    ['streaming', {}, 200],
    ['standby', { state: 'standby', position: null, freshAtMs: null }, 200],
    ['standby that never was fresh', { state: 'standby', freshAtMs: Date.now() - hourMs }, 200],
    ['streaming behind', { freshAtMs: Date.now() - hourMs }, 503],
    ['streaming, freshness not known yet', { freshAtMs: null }, 503],
    ['starting', { state: 'starting', position: null, freshAtMs: null }, 503],
    ['filling', { state: 'filling', position: null, freshAtMs: null }, 503],
    ['waiting', { state: 'waiting', code: 'registry-unreachable', reason: 'no registry' }, 503],
    ['stopped', { state: 'stopped', code: 'undecodable', reason: 'a record' }, 503],
  ] satisfies [string, Partial<ProjectorFacts>, number][])(
    '%s',
    async (_name, changed: Partial<ProjectorFacts>, status) => {
      say(changed);
      const answer = await get('/ready');
      const { state, code, reason, position, freshAtMs } = facts();
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual({
        ready: status === 200,
        state,
        code,
        reason,
        position,
        ageMs: freshAtMs === null ? null : expect.any(Number),
        parkedKeys: 0,
      });
    },
  );

  it('never says a negative age', async () => {
    say({ freshAtMs: Date.now() + hourMs });
    expect((await get('/ready')).body.ageMs).toBe(0);
  });
});

describe('/live', () => {
  it('follows the turning of the loop, whatever the state', async () => {
    say({ state: 'stopped' });
    expect(await get('/live')).toMatchObject({ status: 200, body: { live: true } });
    say({ turnedAtMs: Date.now() - hourMs });
    expect(await get('/live')).toMatchObject({ status: 503, body: { live: false, turnedAgoMs: expect.any(Number) } });
  });
});

describe('/metrics', () => {
  const lines = async () => (await get('/metrics')).text.split('\n');

  it('shows the facts, and does not add them up', async () => {
    say({});
    await lines();
    const shown = await lines();
    for (const line of [
      'banyan_projector_state{projection="accounts",state="streaming"} 1',
      'banyan_projector_state{projection="accounts",state="filling"} 0',
      'banyan_projector_rows_applied_total{projection="accounts"} 12',
      'banyan_projector_transactions_applied_total{projection="accounts"} 5',
      'banyan_projector_commits_total{projection="accounts"} 3',
      'banyan_projector_parked_keys{projection="accounts"} 0',
      'banyan_projector_lag_messages{projection="accounts",topic="bank.bank.accounts",partition="0"} 7',
      'banyan_projector_lag_messages{projection="accounts",topic="bank.transaction",partition="0"} 0',
      '# TYPE banyan_projector_rows_applied_total counter',
      '# TYPE banyan_projector_lag_messages gauge',
    ]) {
      expect(shown).toContain(line);
    }
    expect(shown.some((line) => line.startsWith('process_cpu_seconds_total '))).toBe(true);
    expect(shown.some((line) => line.startsWith('banyan_projector_position_age_seconds{'))).toBe(true);
  });

  it('forgets what is not so any more', async () => {
    say({ state: 'filling', freshAtMs: null, lag: new Map() });
    const shown = await lines();
    expect(shown).toContain('banyan_projector_state{projection="accounts",state="streaming"} 0');
    expect(shown.filter((line) => /^banyan_projector_(lag_messages|position_age_seconds)\{/.test(line))).toEqual([]);
  });

  it('names the code that it is stopped with or waits for, and forgets it', async () => {
    const codes = async () => (await lines()).filter((line) => line.startsWith('banyan_projector_reason_info{'));
    say({ state: 'stopped', code: 'undecodable' });
    expect(await codes()).toEqual([
      'banyan_projector_reason_info{projection="accounts",state="stopped",code="undecodable"} 1',
    ]);
    say({ state: 'waiting', code: 'kafka-unreachable' });
    expect(await codes()).toEqual([
      'banyan_projector_reason_info{projection="accounts",state="waiting",code="kafka-unreachable"} 1',
    ]);
    say({});
    expect(await codes()).toEqual([]);
  });

  describe('the binlog that is left', () => {
    const left = async (changed: Partial<ProjectorFacts>) => {
      say(changed);
      const sample = (await lines()).find((line) => line.startsWith('banyan_source_binlog_left_seconds{'));
      return sample === undefined ? null : sample.slice(sample.indexOf(' ') + 1);
    };
    const keptMs = 10 * 24 * hourMs;
    const behind = new Map([['bank.bank.accounts/0', 10_001]]);

    it('is what the source keeps, without the age of the position', async () => {
      expect(Math.round(Number(await left({ freshAtMs: Date.now() - hourMs })))).toBe(10 * 86_400 - 3600);
      expect(await left({ freshAtMs: Date.now() - keptMs - hourMs })).toBe('0');
    });

    it('is endless where the source keeps it for ever, however old the position is', async () => {
      expect(await left({ binlogKeptMs: Number.POSITIVE_INFINITY, freshAtMs: Date.now() - keptMs })).toBe('+Inf');
      expect(await left({ binlogKeptMs: Number.POSITIVE_INFINITY, freshAtMs: null, lag: behind })).toBe('+Inf');
    });

    it.each<[string, Partial<ProjectorFacts>]>([
      ['the source has not said', { binlogKeptMs: null }],
      ['the age is not known', { freshAtMs: null }],
      ['much of Kafka is still to be applied', { lag: behind, freshAtMs: Date.now() - keptMs }],
      ['the projector stands by', { state: 'standby' }],
      ['it has stopped', { state: 'stopped', code: 'undecodable', binlogKeptMs: Number.POSITIVE_INFINITY }],
    ])('is not told when %s', async (_why, changed) => {
      expect(await left(changed)).toBeNull();
    });
  });
});

describe('everything else', () => {
  it('is a problem', async () => {
    const nowhere = await get('/accounts');
    expect(nowhere.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    expect([nowhere.status, nowhere.body]).toEqual([
      404,
      {
        type: 'urn:problem-type:banyan:unknown-route',
        status: 404,
        title: 'There is nothing at this path',
        detail: 'the paths here are /live, /ready, /metrics',
      },
    ]);
    const post = await get('/ready', { method: 'POST', body: '{}' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('that a handler throws is a 500 without its message', async () => {
    facts = () => {
      throw new Error('secret');
    };
    const { status, text } = await get('/ready');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
  });
});
