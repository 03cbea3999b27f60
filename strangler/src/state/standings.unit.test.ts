import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { askStanding } from './standing.ts';
import { Standings } from './standings.ts';
import { eventually } from './testing-eventually.ts';
import { equal, streaming, type TestingService, testingService } from './testing-service.ts';

let service: TestingService;
beforeEach(async () => {
  service = await testingService();
});
afterEach(() => service[Symbol.asyncDispose]());
const asked = (limitMs = 5000) => askStanding('accounts', service.url, limitMs);

describe('a service', () => {
  it('that streams says its age and its proof', async () => {
    expect(await asked()).toEqual({
      service: 'accounts',
      silence: null,
      state: 'streaming',
      reason: null,
      isFilling: false,
      ageMs: 12,
      proof: expect.objectContaining({ state: 'equal', checkedAgoMs: 5000, differences: 0 }),
    });
  });

  it('that is not ready says so with 503, and is heard', async () => {
    service.ready = { ...streaming, ready: false, state: 'waiting', reason: 'no Kafka', ageMs: 99_000 };
    expect(await asked()).toMatchObject({ silence: null, state: 'waiting', reason: 'no Kafka', ageMs: 99_000 });
    service.ready = { ready: false, state: 'filling', reason: null, position: null, ageMs: null };
    expect(await asked()).toMatchObject({ silence: null, isFilling: true });
  });

  it('whose database is away is silent', async () => {
    service.ready = { ready: false, state: null, reason: 'the database does not answer', position: null, ageMs: null };
    expect(await asked()).toMatchObject({ silence: 'the database does not answer', isFilling: false, proof: null });
  });

  it.each<[string, Partial<TestingService>]>([
    ['what is no JSON', { answers: 'rubbish' }],
    ['is no query API', { ready: { ok: true } }],
    ['is no query API', { ready: [] }],
    ['is no query API', { ready: { ...streaming, ageMs: '12' } }],
    ['is no query API', { proof: { ...equal, state: 'fine' } }],
    ['no answer within 50 ms', { answers: 'never' }],
  ])('that answers with rubbish or not at all is silent: %s', async (why, change) => {
    Object.assign(service, change);
    expect(await asked(change.answers === 'never' ? 50 : 5000)).toMatchObject({
      silence: expect.stringContaining(why),
    });
  });

  it('that is down is silent', async () => {
    expect(await askStanding('accounts', 'http://127.0.0.1:1', 5000)).toMatchObject({ silence: expect.any(String) });
  });
});

describe('standings', () => {
  it('are asked for again and again, and grow older meanwhile', async () => {
    await using standings = new Standings({ services: new Map([['accounts', service.url]]), everyMs: 10 });
    expect(standings.of('accounts').silence).toBe('it has not been asked yet');
    expect(standings.all(['cards'])).toMatchObject([{ silence: 'the facade has no address of it' }]);
    await eventually('it is heard', () => standings.of('accounts').silence === null);
    service.answers = 'rubbish';
    await eventually('it is heard', () => standings.of('accounts').silence !== null);
  });

  it('have the ages of now', async () => {
    await using standings = new Standings({ services: new Map([['accounts', service.url]]), everyMs: 60_000 });
    await eventually('it is heard', () => standings.of('accounts').silence === null);
    await eventually('they are older', () => standings.of('accounts').ageMs! >= 32);
    const { ageMs, proof } = standings.of('accounts');
    expect(proof!.checkedAgoMs! - 5000).toBeGreaterThanOrEqual(ageMs! - 12 - 1);
  });

  it('are not asked for any more after the end', async () => {
    const standings = new Standings({ services: new Map([['accounts', service.url]]), everyMs: 1 });
    await eventually('it is asked', () => service.asked > 2);
    await standings[Symbol.asyncDispose]();
    const before = service.asked;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(service.asked).toBe(before);
  });
});
