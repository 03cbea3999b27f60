import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RouteState } from './route-state.ts';
import { unknownState } from './route-state.ts';
import { StateWatch } from './state-watch.ts';
import { eventually } from './testing-eventually.ts';

const at = (stage: RouteState['stage'], epoch: number, percent = 100): RouteState => ({
  ...unknownState('accounts'),
  stage,
  epoch,
  percent,
  changedAt: new Date(epoch + 1),
});
const logged: unknown[] = [];
let stored: RouteState[] | Error;
let watch: StateWatch;
beforeEach(() => {
  stored = [at('canary', 4, 25), { ...at('shadow', 1), route: 'of another facade' }];
  logged.length = 0;
});
afterEach(() => watch[Symbol.asyncDispose]());

/** It looks when it is told to. */
function watching(everyMs = 60_000): StateWatch {
  watch = new StateWatch({
    store: {
      states: async () => {
        if (stored instanceof Error) throw stored;
        return stored;
      },
    },
    routes: ['accounts', 'search'],
    everyMs,
    log: (entry) => void logged.push(entry.message),
  });
  return watch;
}

describe('a replica', () => {
  it('knows what is stored, and the same object until it changes', async () => {
    watching();
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'canary', percent: 25, epoch: 4 });
    expect(watch.of('search')).toMatchObject({ stage: 'monolith', epoch: 0 });
    const before = watch.of('accounts');
    stored = [at('canary', 4, 25)];
    await watch.look();
    expect(watch.of('accounts')).toBe(before);
    expect(() => watch.of('of another facade')).toThrow('was declared');
  });

  it('is told of each change once, also of one made by going back', async () => {
    watching();
    const told: string[] = [];
    const end = watch.onChange((now, before) =>
      told.push(`${before.stage} ${before.epoch} → ${now.stage} ${now.epoch}`),
    );
    await watch.look();
    stored = [at('service', 5)];
    await watch.look();
    await watch.look();
    stored = [at('monolith', 2)]; // a database that was restored
    await watch.look();
    expect(told).toEqual(['monolith 0 → canary 4', 'canary 4 → service 5', 'service 5 → monolith 2']);
    end();
    stored = [at('shadow', 3)];
    await watch.look();
    expect(told).toHaveLength(3);
  });

  it('goes on with what it knew last while the database is away, says so once, and for how long', async () => {
    watching();
    await watch.look();
    expect(watch.knowledge).toEqual({ knownForMs: expect.any(Number), reason: null });
    stored = new Error('refused');
    await watch.look();
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'canary', epoch: 4 });
    await eventually('it grows', () => watch.knowledge.knownForMs! >= 500);
    const away = watch.knowledge.knownForMs!;
    expect(watch.knowledge.reason).toBe('refused');
    expect(logged).toEqual(['routes go on with the last states known']);
    stored = [at('service', 5)];
    await watch.look();
    expect(watch.knowledge.reason).toBeNull();
    expect(watch.knowledge.knownForMs).toBeLessThan(away);
    expect(logged).toHaveLength(2);
  });

  it('that never knew anything leaves everything to the monolith', async () => {
    stored = new Error('refused');
    watching();
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'monolith', percent: 100, epoch: 0 });
    expect(watch.knowledge).toEqual({ knownForMs: null, reason: 'refused' });
  });

  it('keeps a route that is not stored any more', async () => {
    watching();
    await watch.look();
    stored = [];
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'canary' });
  });

  it('looks by itself, until its end', async () => {
    watching(1);
    await eventually('it looks', () => watch.of('accounts').epoch === 4);
    stored = [at('service', 5)];
    await eventually('it looks', () => watch.of('accounts').epoch === 5);
    await watch[Symbol.asyncDispose]();
    stored = [at('retired', 6)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(watch.of('accounts').epoch).toBe(5);
  });
});

describe('a route that was set aside', () => {
  it('is not answered by a service, until another state is stored', async () => {
    watching();
    await watch.look();
    const told: string[] = [];
    watch.onChange((now) => told.push(now.stage));
    watch.setAside('accounts', 'it differs');
    watch.setAside('accounts', 'it differs');
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'shadow', percent: 100, epoch: 4, reason: 'it differs' });
    expect(watch.stored('accounts')).toMatchObject({ stage: 'canary', percent: 25, epoch: 4 });
    stored = [at('canary', 5, 50)];
    await watch.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'canary', percent: 50 });
    expect(told).toEqual(['shadow', 'canary']);
  });
});
