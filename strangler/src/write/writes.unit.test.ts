import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RouteState, Stage } from '../state/route-state.ts';
import { eventually } from '../state/testing-eventually.ts';
import { TestingMemory } from './testing-memory.ts';
import { contact, type TestingReplica, tokens } from './testing-replica.ts';
import { TestingWorld } from './testing-world.ts';

const limits = { holdMs: 300, leaseMs: 5000 };

let memory: TestingMemory;
let world: TestingWorld;
let one: TestingReplica;
beforeEach(async () => {
  memory = new TestingMemory('contact');
  world = await TestingWorld.open({ replica: (name) => memory.replica(name), close: async () => {} });
  one = await world.replica({ limits });
});
afterEach(() => world.close());

async function at(stage: Stage, more: Partial<RouteState> = {}): Promise<void> {
  memory.state = { ...memory.state, stage, phase: 'settled', epoch: memory.state.epoch + 1, ownerEpoch: 5, ...more };
  [world.owner.owner, world.owner.epoch] = [stage === 'monolith' ? 'monolith' : 'service', 5];
  await one.watch.look();
}
const holding = (more: Partial<RouteState> = {}) =>
  at('monolith', { phase: 'holding', holdUntil: new Date(Date.now() + 60_000), ...more });
const taken = () => world.writes.map(({ by, id }) => `${by} ${id}`);
const readAfter = (headers: Headers) => tokens.read(headers.get('banyan-read-after') ?? '');
const held = () => eventually('it is held', () => one.open.room.count('contact') > 0);

describe('a write of a route', () => {
  it('is the monolith’s, from the very bytes, and then the service’s alone, with its epoch, token and key', async () => {
    expect(await one.put('a')).toMatchObject({ status: 200, by: 'monolith' });
    await at('service');
    const answer = await one.put('b', { headers: { 'idempotency-key': 'once' } });
    expect(answer).toMatchObject({ status: 200, by: 'service' });
    expect(answer.headers.get('banyan-route')).toBe('contact');
    expect(taken()).toEqual(['monolith a', 'service b']);
    const sent = world.owner.asked.find(({ line }) => line.startsWith('PATCH'))!;
    expect(sent).toMatchObject({ line: 'PATCH /customers/7?wait-ms=500', body: '{"email":"b"}' });
    expect(sent.headers).toMatchObject({
      'banyan-epoch': '5',
      'idempotency-key': 'once',
      authorization: 'Bearer a token',
    });
    expect(readAfter(answer.headers)).toEqual({ position: world.owner.carriedPosition });
    await at('retired');
    expect(await one.put('c')).toMatchObject({ by: 'service' });
    for (const key of ['ü', ' ', 'x'.repeat(201)])
      await one.put('d', { headers: { 'idempotency-key': encodeURIComponent(key).slice(0, 201) } });
    expect(world.owner.asked.at(-1)!.headers['idempotency-key']).toBeUndefined();
  });

  it('that is not carried yet sends its client’s reads to the monolith', async () => {
    await at('service');
    world.owner.carryMs = null;
    expect(readAfter((await one.put('a')).headers)).toEqual({ position: null });
  });

  it('is refused in the words of the route, from what was sent', async () => {
    await at('service');
    const plain = { 'content-type': 'text/plain' };
    expect((await one.put('', { body: '{', headers: {} })).text).toBe('{"error":"no-json"}');
    expect((await one.put('a', { headers: plain })).text).toBe('{"error":"other-type"}');
    expect((await one.put('', { body: '' })).text).toBe('{"error":"empty"}');
    expect((await one.put('x'.repeat(70_000))).text).toBe('{"error":"too-large"}');
    const none = await one.put('a', { path: '/customers/404/contact' });
    expect([none.status, none.headers.get('banyan-read-after')]).toEqual([404, null]);
    for (const status of [400, 409, 422]) {
      world.owner.says = () => ({ status, body: { type: 'x:invalid-value', detail: 'no' } });
      expect(await one.put('a')).toMatchObject({ status: 422, text: '{"error":"no","detail":"no"}' });
    }
    expect(taken()).toEqual([]);
  });

  it.each<[string, string, (world: TestingWorld) => void]>([
    [
      'service-unavailable',
      'is filling',
      ({ owner }) => (owner.says = () => ({ status: 503, body: { type: 'x:filling' } })),
    ],
    ['service-unavailable', 'knows no such token', ({ owner }) => (owner.says = () => ({ status: 401, body: {} }))],
    [
      'service-unavailable',
      'takes no connection',
      ({ owner }) => {
        owner.server.close();
        owner.server.closeAllConnections();
      },
    ],
    [
      'write-unsure',
      'loses its database',
      ({ owner }) => (owner.says = () => ({ status: 503, body: { type: 'x:read-model-unavailable' } })),
    ],
    ['write-unsure', 'fails', ({ owner }) => (owner.says = () => ({ status: 500, body: 'x' }))],
    ['write-unsure', 'says nothing', ({ owner }) => (owner.says = () => 'nothing')],
    [
      'write-unsure',
      'ends the connection',
      ({ owner }) => {
        owner.says = ({ socket }) => {
          socket.destroy();
          return 'nothing';
        };
      },
    ],
  ])('is answered 503 %s when the service %s, and never by the monolith', async (code, _what, broken) => {
    await at('service');
    broken(world);
    const answer = await one.put('a');
    expect(answer).toMatchObject({ status: 503, code });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).toContain(
      code === 'write-unsure' ? 'repeat it with the same Idempotency-Key' : 'it was not done',
    );
    expect(readAfter(answer.headers)).toEqual(code === 'write-unsure' ? { position: null } : null);
    expect(world.monolith.seen).toEqual([]);
    expect(one.open.writes.facts('contact').refused.get(code as never)).toBe(1);
  });

  it('is answered 503 when the route’s own code throws, or patches twice, before or after the write', async () => {
    const codes: (typeof contact.write)[] = [
      async () => {
        throw new Error('a mistake');
      },
      async (_request, patch) => {
        await patch('7', { email: 'a' });
        throw new Error('a mistake');
      },
      async (_request, patch) => {
        await patch('7', { email: 'b' });
        return { status: 200, contentType: 'x', body: (await patch('8', { email: 'c' })).body };
      },
    ];
    const seen: (string | null)[] = [];
    for (const write of codes) {
      one = await world.replica({ limits, route: { ...contact, write } });
      await at('service');
      seen.push((await one.put('x')).code);
    }
    expect(seen).toEqual(['service-unavailable', 'write-unsure', 'write-unsure']);
    expect(taken()).toEqual(['service a', 'service b']);
  });
});

it('what the service has refused is told, whatever the route’s code makes of it', async () => {
  const write: typeof contact.write = async (_request, patch) => {
    const answer = await patch('7', { email: 'a' }).catch(() => ({ status: 0, body: {} }));
    return { status: 200, contentType: 'text/plain', body: `fine ${answer.status}` };
  };
  one = await world.replica({ limits, route: { ...contact, write } });
  await at('service');
  world.owner.says = () => ({ status: 500, body: {} });
  expect(await one.put('a')).toMatchObject({ status: 503, code: 'write-unsure' });
  world.owner.says = null;
  world.owner.owner = 'nobody';
  expect(await one.put('a')).toMatchObject({ status: 503, code: 'write-held' });
});

describe('while a write route is between two owners', () => {
  it('writes wait, their bodies unread, and go to whom it comes, in order', async () => {
    await holding();
    const waiting = Array.from({ length: 20 }, (_, n) => one.put(`w${n}`));
    await eventually('all are held', () => one.open.room.count('contact') === 20);
    expect(taken()).toEqual([]);
    await at('service');
    expect((await Promise.all(waiting)).map(({ by }) => by)).toEqual(new Array(20).fill('service'));
    await holding();
    const back = one.put('back');
    await held();
    await at('monolith');
    expect(await back).toMatchObject({ by: 'monolith' });
  });

  it('none waits longer than the hold, and more than may wait are refused at once', async () => {
    await holding();
    const startedMs = performance.now();
    expect(await one.put('a')).toMatchObject({ status: 503, code: 'write-held' });
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThanOrEqual(limits.holdMs - 5);
    expect(tookMs).toBeLessThan(limits.holdMs + 1000);
    const gone = new AbortController();
    const others = Array.from({ length: 1000 }, () =>
      one.open.room.wait('contact', () => false, { withinMs: 60_000, signal: gone.signal }),
    );
    expect((await one.put('b')).text).toContain('as many as may wait are waiting');
    gone.abort();
    expect(new Set(await Promise.all(others))).toEqual(new Set(['gone']));
    expect(one.open.room.count('contact')).toBe(0);
    expect(taken()).toEqual([]);
  });

  it('one whose client goes takes no room, and goes to nobody', async () => {
    await holding();
    const client = connect(Number(new URL(one.url).port), '127.0.0.1');
    client.write(
      'PUT /customers/7/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"email":"a"}',
    );
    await held();
    client.destroy();
    await eventually('it is gone', () => one.open.room.count('contact') === 0);
    await at('service');
    expect(await one.put('b')).toMatchObject({ status: 200 });
    expect(taken()).toEqual(['service b']);
  });

  it('one of which the body comes slowly goes where the route is when it has come', async () => {
    await at('service');
    const client = connect(Number(new URL(one.url).port), '127.0.0.1');
    client.write(
      'PUT /customers/7/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"email":',
    );
    await eventually('it is there', () => one.open.writes.underWay.count('contact') === 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await at('monolith');
    client.write('"a"}');
    await eventually('it is taken', () => taken().length > 0);
    expect(taken()).toEqual(['monolith a']);
    client.destroy();
  });
});

describe('what the monolith is asked for', () => {
  it('is under way until it has answered, also when its client has gone', async () => {
    let answer = () => {};
    world.monolith.handle = (_request, response) => {
      answer = () => response.end('late');
    };
    const client = connect(Number(new URL(one.url).port), '127.0.0.1');
    client.write('PUT /customers/7/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}');
    await eventually('it is asked', () => world.monolith.seen.length === 1);
    client.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(one.open.writes.underWay.count('contact')).toBe(1);
    await expect(one.move('service')).rejects.toMatchObject({ code: 'not-drained', findings: [{ rule: 'under-way' }] });
    answer();
    await eventually('it is over', () => one.open.writes.underWay.count('contact') === 0);
    expect(await one.move('service')).toMatchObject({ stage: 'service' });
  });

  it('is over when it ends the connection, or is away', async () => {
    world.monolith.handle = (request) => request.socket.destroy();
    expect((await one.put('a')).status).toBe(502);
    expect(one.open.writes.underWay.count('contact')).toBe(0);
  });

  it('is nothing while it was never read where the route stands', async () => {
    memory.replica('').store.states = async () => [];
    const blind = await world.replica({
      limits,
      store: { ...memory.replica('blind').store, states: async () => Promise.reject(new Error('refused')) },
    });
    expect(await blind.put('a')).toMatchObject({ status: 503, code: 'owner-unknown' });
    expect(taken()).toEqual([]);
  });
});

describe('when the service has another owner', () => {
  it('the state is looked at, and the write goes where it says, once more', async () => {
    await at('service');
    memory.state = { ...memory.state, epoch: memory.state.epoch + 1, ownerEpoch: 9 };
    world.owner.epoch = 9;
    expect(await one.put('a')).toMatchObject({ by: 'service' });
    expect(world.writes).toEqual([{ by: 'service', id: 'a', epoch: 9 }]);
    memory.state = { ...memory.state, epoch: memory.state.epoch + 1, stage: 'monolith' };
    [world.owner.owner, world.owner.epoch] = ['monolith', 10];
    expect(await one.put('b')).toMatchObject({ by: 'monolith' });
  });

  it('and nobody says so, it is held once more, then refused', async () => {
    await at('service');
    [world.owner.owner, world.owner.epoch] = ['nobody', 6];
    expect(await one.put('a')).toMatchObject({ status: 503, code: 'write-held' });
    expect(taken()).toEqual([]);
  });
});

describe('what is like a write of the route', () => {
  const like = [
    { path: '/customers/7/contact/' },
    { path: '/customers//7/contact' },
    { path: '/customers/%37/Contact' },
    { path: '/customers/7/contact?x=1' },
    { path: '/customers/07/contact' },
    { method: 'POST', headers: { 'x-http-method-override': 'put' } },
    { method: 'POST', path: '/customers/7/contact?_method=PUT' },
    { headers: { 'if-match': '"x"' } },
    { headers: { 'content-encoding': 'identity' } },
  ];
  it.each(like)(
    '%j passes to the monolith while that owns, waits, and is refused once the service does',
    async (sent) => {
      expect(await one.put('a', sent)).toMatchObject({ status: 200, by: 'monolith' });
      await holding();
      const waiting = one.put('b', sent);
      await held();
      await at('service');
      expect(await waiting).toMatchObject({ status: 400, code: 'unusual-write' });
      await at('retired');
      expect(await one.put('c', sent)).toMatchObject({ status: 400, code: 'unusual-write' });
      expect(taken()).toEqual(['monolith a']);
    },
  );

  it.each([
    { method: 'POST' },
    { method: 'PATCH' },
    { path: '/customers/7' },
    { path: '/accounts/7/contact' },
    { path: '/customers/7/contact/x' },
  ])('%j is not', async (sent) => {
    await at('service');
    expect(await one.put('a', sent)).toMatchObject({ status: 200, by: 'monolith' });
  });
});

describe('the gate', () => {
  it.each<[string, (world: TestingWorld) => void]>([
    ['carrier', ({ owner }) => (owner.carrier = { working: false, reason: 'not heard of for 9 s' })],
    ['waiting', ({ owner }) => (owner.waiting = 1)],
    ['conflicts', ({ owner }) => (owner.conflicts = 2)],
    ['rogue', ({ owner }) => (owner.rogue = 1)],
    ['different', ({ owner }) => (owner.different = 3)],
    ['owner-epoch', ({ owner }) => (owner.epoch = 17)],
    ['fresh', () => (one.standing = { ...one.standing, ageMs: 60_000 })],
    ['filling', () => (one.standing = { ...one.standing, isFilling: true })],
    ['answers', () => (one.standing = { ...one.standing, silence: 'ECONNREFUSED' })],
    [
      'proof',
      () => (one.standing = { ...one.standing, proof: { state: 'different', checkedAgoMs: 1, differences: 1 } }),
    ],
  ])('refuses %s by name, forced or not, before anything is held', async (rule, broken) => {
    broken(world);
    for (const more of [{}, { force: true, reason: 'in a hurry' }])
      await expect(one.move('service', more)).rejects.toMatchObject({
        code: 'gate-refused',
        findings: [{ rule }],
        remedy: expect.stringContaining('cannot be forced'),
      });
    expect(memory.changes).toEqual([]);
    expect(world.owner.owners).toEqual([]);
  });

  it('lets an old proof be passed over, with a reason', async () => {
    one.standing = { ...one.standing, proof: { state: 'equal', checkedAgoMs: 100_000_000, differences: 0 } };
    await expect(one.move('service')).rejects.toMatchObject({
      code: 'gate-refused',
      remedy: expect.stringContaining('force it'),
    });
    await expect(one.move('service', { force: true, reason: ' ' })).rejects.toMatchObject({ code: 'reason-missing' });
    expect(await one.move('service', { force: true, reason: 'a demo' })).toMatchObject({ stage: 'service' });
    expect(memory.changes.at(-1)).toMatchObject({ forced: true, findings: [{ rule: 'proof-age' }], reason: 'a demo' });
  });

  it('is looked through once more while writes are held; then it is as it was, and so is the owner', async () => {
    const { states } = memory.replica('x').store;
    one = await world.replica({
      limits,
      calls: async (name, call) => {
        if (name === 'position') world.owner.conflicts = 1;
        return await call();
      },
    });
    await expect(one.move('service')).rejects.toMatchObject({
      code: 'gate-refused',
      findings: [{ rule: 'conflicts' }],
      message: expect.stringMatching(/writes were held for \d+ ms/),
    });
    expect((await states())[0]).toMatchObject({ stage: 'monolith', phase: 'settled', epoch: 3 });
    expect(world.owner.owners).toEqual(['monolith 3']);
    expect(memory.changes.map(({ reason }) => reason)).toEqual([
      'held, to go to service: a test',
      expect.stringMatching(/^undone: /),
      expect.stringMatching(/^undone: /),
    ]);
  });

  it('to the service wants that it has come to the source’s position', async () => {
    world.reached = -1;
    world.sequence = 5;
    await expect(one.move('service')).rejects.toMatchObject({
      code: 'position-not-reached',
      message: expect.stringContaining('has come to 0-1--1, and not to 0-1-5'),
    });
    expect(memory.state).toMatchObject({ stage: 'monolith', phase: 'settled' });
  });

  it('back wants that all is carried: it is refused with what is not, and the service owns as before', async () => {
    await one.move('service');
    world.owner.carryMs = null;
    await one.put('a');
    await expect(one.move('monolith')).rejects.toMatchObject({
      code: 'not-drained',
      findings: [{ rule: 'waiting', figure: '1' }],
    });
    expect(memory.state).toMatchObject({ stage: 'service', phase: 'settled', epoch: 5, ownerEpoch: 5 });
    expect(world.owner.owners.slice(-2)).toEqual(['nobody 3', 'service 5']);
    expect(await one.put('b')).toMatchObject({ by: 'service' });
    world.owner.conflicts = 1;
    await expect(one.move('monolith')).rejects.toMatchObject({
      code: 'gate-refused',
      findings: [{ rule: 'conflicts' }],
    });
    [world.owner.conflicts, world.owner.waiting, world.owner.different] = [0, 0, 1];
    await expect(one.move('monolith')).rejects.toMatchObject({
      code: 'not-drained',
      findings: [{ rule: 'different' }],
    });
  });

  it('knows the steps of a write route alone, and from retired there is none', async () => {
    for (const stage of ['shadow', 'canary', 'retired', 'monolith'] as const)
      await expect(one.move(stage)).rejects.toMatchObject({
        code: 'no-such-step',
        remedy: 'from monolith it goes on to service',
      });
    await one.move('service');
    world.owner.rogue = 1;
    await expect(one.move('retired')).rejects.toMatchObject({ code: 'gate-refused', findings: [{ rule: 'rogue' }] });
    world.owner.rogue = 0;
    expect(await one.move('retired')).toMatchObject({ stage: 'retired', ownerEpoch: 2 });
    expect(await one.put('a')).toMatchObject({ by: 'service' });
    for (const stage of ['monolith', 'service'] as const)
      await expect(one.move(stage)).rejects.toMatchObject({ code: 'no-such-step' });
  });
});

it('a service that still thinks it owns is told once it answers, and one with a higher epoch is named', async () => {
  await one.move('service');
  await one.move('monolith');
  [world.owner.owner, world.owner.epoch] = ['service', 3];
  await one.open.owners.ask();
  expect([world.owner.owner, world.owner.epoch]).toEqual(['monolith', 4]);
  [world.owner.owner, world.owner.epoch] = ['service', 40];
  await one.open.owners.ask();
  expect(one.logged.at(-1)).toMatchObject({
    alert: 'owner-differs',
    reason: expect.stringContaining('service, epoch 40'),
  });
});
