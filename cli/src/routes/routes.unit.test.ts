import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { argumentsOf, type Command, type Context } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { Output } from '../terminal/output.ts';
import { percentIn, route } from './route.ts';
import { routes } from './routes.ts';

const state = {
  stage: 'shadow',
  percent: 12.5,
  epoch: 3,
  sinceEpoch: 2,
  changedAt: '2026-01-01T00:00:00.000Z',
  changedBy: 'service:ops',
  reason: '',
};
const counts = { equal: 1990, different: 10, undecided: 1, failed: 2, dropped: 0, answered: 0, fellBack: 1 };
const standing = {
  service: 'accounts',
  silence: null,
  state: 'streaming',
  reason: null,
  isFilling: false,
  ageMs: 120,
  proof: { state: 'equal', checkedAgoMs: 180_000, differences: 0 },
};
const finding = {
  rule: 'match-rate',
  figure: '99.5 %',
  wanted: 'at least 99.99 %',
  sentence: '10 of 2,000 comparisons found a difference',
};
const seenRoute = {
  ...{ name: 'accounts', method: 'GET', path: '/accounts/{id}', state, isSetAside: false, counts, matchRate: 0.995 },
  p99: { candidate: { ms: 20, isAbove: false }, monolith: { ms: 5000, isAbove: true } },
  services: [standing, { ...standing, service: 'cards', ageMs: 9000 }],
  next: { stage: 'canary', findings: [finding] },
};
const seen = { routes: [seenRoute], known: { knownForMs: 120, reason: null } };
const example = { request: 'GET /accounts/1', place: '/balance', monolith: '"1.00\u001b[2J"', candidate: null };

let answers: Record<string, [status: number, body: unknown]>;
let asked: { url: string; method: string; token: string; body: unknown }[];
let server: Server;
let folder: string;
let url: string;
beforeEach(async () => {
  answers = { '/routes': [200, seen] };
  asked = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const bytes of request) text += bytes;
    asked.push({
      url: request.url!,
      method: request.method!,
      token: request.headers.authorization ?? '',
      body: text && JSON.parse(text),
    });
    const [status, body] = answers[request.url!] ?? [
      404,
      { type: 'urn:problem-type:banyan:unknown-route', detail: 'nothing here' },
    ];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  folder = await mkdtemp(join(tmpdir(), 'banyan-routes-'));
  await writeFile(join(folder, 'token'), 'a.b.c\n');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function run(command: Command, ...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = new Output(stdout as never, stderr as never, true);
  const config = { stack: { dataDir: folder } } as CliConfig;
  const context: Context = {
    output,
    config,
    env: {},
    signal: new AbortController().signal,
    json: argv.includes('--json'),
  };
  const code = await command.run(context, argumentsOf(command, argv));
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}
const there = () => ['--url', url, '--token-file', join(folder, 'token')];

describe('banyan routes', () => {
  it('shows each route with what matters most of its services, and what its gate says', async () => {
    const { code, stdout } = await run(routes, ...there());
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'ROUTE | STATE | COMPARED | MATCH | FAILED | FRESHNESS | PROOF | P99 | MONOLITH P99 | NEXT | GATE',
      'accounts | shadow 12.5 % | 2,000 | 99.5 % | 3 | 9.0 s | equal 3 min ago | ≤ 20 ms | > 5,000 ms | canary | closed',
      '',
      'accounts to canary: 10 of 2,000 comparisons found a difference',
      '',
    ]);
    expect(asked).toEqual([{ url: '/routes', method: 'GET', token: 'Bearer a.b.c', body: '' }]);
  });

  it('shows who owns what a route writes, and what is on its way', async () => {
    const owned = { owner: 'service', epoch: 4, waiting: 2, conflicts: 1, rogue: 0, different: 0, silence: null };
    const carrier = { working: false, reason: 'not heard of for 9 s' };
    const write = { ...owned, carrier, lastHoldMs: 1234, holds: 1, held: 7, longestHoldMs: 1300, refused: {} };
    const none = { counts: null, matchRate: null, p99: { candidate: null, monolith: null } };
    const at = { ...state, stage: 'service', percent: 100, phase: 'undoing' };
    const contact = { ...seenRoute, ...none, name: 'contact', method: 'PUT', state: at, next: null, write };
    const silent = { ...contact, name: 'phone', state: { ...at, phase: 'settled' } };
    const nothing = { owner: null, epoch: null, waiting: null, conflicts: null, rogue: null, different: null };
    const unheard = { ...write, ...nothing, carrier: null, silence: 'no answer', lastHoldMs: null };
    answers['/routes'] = [200, { ...seen, routes: [contact, { ...silent, write: unheard }] }];
    const { stdout } = await run(routes, ...there());
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual(
      expect.arrayContaining([
        'WRITES | OWNER | EPOCH | WAITING | CONFLICTS | ROGUE | DIFFERENT | CARRIER | LAST HOLD',
        'contact (undoing) | service | 4 | 2 | 1 | 0 | 0 | not heard of for 9 s | 1,234 ms',
        'phone | silent: no answer | - | - | - | - | - | - | -',
      ]),
    );
  });

  it('says what is not known, and that a route was set aside, with exit code 1', async () => {
    const silent = { ...standing, silence: 'ECONNREFUSED', ageMs: null, proof: null };
    const blind = {
      ...seenRoute,
      isSetAside: true,
      counts: null,
      matchRate: null,
      p99: { candidate: null, monolith: null },
      services: [standing, silent],
      next: { stage: 'canary', findings: null },
    };
    answers['/routes'] = [200, { routes: [blind], known: { knownForMs: 61_000, reason: 'refused' } }];
    const { code, stdout } = await run(routes, ...there());
    expect(code).toBe(1);
    expect(stdout.replaceAll(/ {2,}/g, ' | ')).toContain(
      'accounts | shadow 12.5 % | - | - | - | silent | - | - | - | canary | unknown',
    );
    expect(stdout).toContain('the states cannot be read, and were 61 s ago: refused');
    expect(stdout).toContain('accounts: its gate is broken');
    const { stdout: json } = await run(routes, '--json', ...there());
    expect(JSON.parse(json)).toMatchObject({
      command: 'routes',
      ok: false,
      problems: [{ code: 'state-unavailable' }, { where: 'accounts', code: 'route-set-aside' }],
      known: { reason: 'refused' },
    });
  });
});

describe('banyan route', () => {
  it('moves a route', async () => {
    answers['/routes/accounts'] = [200, { route: 'accounts', state }];
    expect(await run(route, 'accounts', 'shadow', '12.5%', '--reason', 'a first look', ...there())).toMatchObject({
      code: 0,
      stdout: 'accounts is at shadow 12.5 %, epoch 3\n',
    });
    await run(route, 'accounts', 'monolith', ...there());
    expect(asked.map(({ method, body }) => [method, body])).toEqual([
      ['POST', { to: 'shadow', percent: 12.5, reason: 'a first look', force: false }],
      ['POST', { to: 'monolith', reason: '', force: false }],
    ]);
  });

  it('that the gate refuses says each finding with its figure', async () => {
    answers['/routes/accounts'] = [
      409,
      { type: 'urn:problem-type:banyan:gate-refused', detail: 'closed', findings: [finding] },
    ];
    const { code, stderr } = await run(route, 'accounts', 'canary', '5%', ...there());
    expect(code).toBe(1);
    expect(stderr.replaceAll(/ {2,}/g, ' | ')).toContain(
      'match-rate | 99.5 %, wanted at least 99.99 % | 10 of 2,000 comparisons found a difference',
    );
    const { stdout } = await run(route, 'accounts', 'canary', '5%', '--json', ...there());
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      problems: [{ where: 'accounts', code: 'gate-refused', findings: [finding] }],
    });
  });

  it('that was not moved in time says what was not reached, and not that it could be forced', async () => {
    const late = { rule: 'replica', figure: '9 s', wanted: 'in time', sentence: 'replica x does not hold' };
    const refusal = { detail: 'replica x does not hold; held for 1500 ms', remedy: 'end it', findings: [late] };
    answers['/routes/contact'] = [409, { type: 'urn:problem-type:banyan:replica-silent', ...refusal }];
    const { code, stderr } = await run(route, 'contact', 'service', ...there());
    expect(code).toBe(1);
    expect(stderr).toMatch(/^banyan route: replica x does not hold; held for 1500 ms\n/);
    expect(stderr).toContain('end it');
    expect(stderr).not.toContain('--force');
  });

  it('shows one with its differences and changes, and nothing that a terminal acts on', async () => {
    answers['/routes/accounts/differences'] = [
      200,
      { differences: [{ kind: '/balance', seen: 7, lastAt: state.changedAt, example }] },
    ];
    const from = { stage: 'monolith', percent: 100 };
    answers['/routes/accounts/changes'] = [
      200,
      { changes: [{ at: state.changedAt, who: 'service:ops', from, to: state, reason: '', forced: true }] },
    ];
    const { code, stdout } = await run(route, 'accounts', ...there());
    const text = stdout.replaceAll(/ {2,}/g, ' | ');
    expect(code).toBe(0);
    expect(text).toContain(
      `/balance | 7 | ${state.changedAt} | "1.00\\\\u001b[2J" | - | GET /accounts/1`.replace('\\\\u001b', '\\x1b'),
    );
    expect(text).toContain(`${state.changedAt} | service:ops | monolith → shadow 12.5 % | yes | -`);
    await expect(run(route, 'acounts', ...there())).rejects.toMatchObject({
      code: 'route-unknown',
      remedy: 'did you mean accounts?',
    });
  });

  it.each([
    [[], 'say which route'],
    [['accounts', 'shdow'], "no stage 'shdow'"],
    [['accounts', 'canary'], 'canary wants a share'],
    [['accounts', 'shadow', '0%'], 'is no share'],
    [['accounts', 'shadow', '--force'], '--force wants --reason'],
  ])('%j is a wrong call, and nothing is asked', async (words, message) => {
    await expect(run(route, ...words, ...there())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['5%', 5],
    ['0.01', 0.01],
    ['100%', 100],
    ['101%', null],
    ['5.123', null],
    ['-5', null],
    ['5%%', null],
    ['', null],
  ])('the share %s is %s', (word, percent) => {
    if (percent === null) expect(() => percentIn(word)).toThrow('no share');
    else expect(percentIn(word)).toBe(percent);
  });
});

describe('which facade', () => {
  it('is that of the data folder, when there is one', async () => {
    await expect(run(routes)).rejects.toMatchObject({ code: 'not-started' });
    await run(routes, ...there());
    expect(asked).toHaveLength(1);
  });

  it.each([
    [['--url', 'https://facade.example'], '--token-file'],
    [['--url', 'http://facade.example', '--token-file', 'x'], 'https'],
    [['--url', 'https://me:secret@facade.example', '--token-file', 'x'], 'no user'],
    [['--url', 'file:///etc/passwd', '--token-file', 'x'], 'https'],
    [['--url', 'https://facade.example', '--token-file', 'nowhere'], 'ENOENT'],
  ])('%j is refused before a token goes anywhere', async (words, message) => {
    await expect(run(routes, ...words)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });

  it('that answers with a problem, with something else, or not at all is told so', async () => {
    answers['/routes'] = [403, { type: 'urn:problem-type:banyan:forbidden', detail: 'no' }];
    await expect(run(routes, ...there())).rejects.toMatchObject({
      code: 'forbidden',
      remedy: expect.stringContaining('routes:read'),
    });
    answers['/routes'] = [200, null];
    await expect(run(routes, ...there())).rejects.toMatchObject({ code: 'facade-silent' });
    await expect(
      run(routes, '--url', 'http://127.0.0.1:1', '--token-file', join(folder, 'token')),
    ).rejects.toMatchObject({ code: 'facade-silent' });
  });
});
