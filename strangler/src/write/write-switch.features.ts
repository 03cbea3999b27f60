// What a switch of a write route promises, on whichever database its state is in.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../state/testing-eventually.ts';
import { settledOf, type TestingReplica } from './testing-replica.ts';
import { limits, misfits, type TestingState, TestingWorld } from './testing-world.ts';

/** Calls outwards of one switch; a test goes on until there is none with the next number. */
const most = 40;
/** So that what is not ended is undone soon. */
const short = { holdMs: 600, leaseMs: 10_000 };

export function describeWriteSwitch(
  openState: () => Promise<TestingState>,
  { steps = true }: { readonly steps?: boolean } = {},
): void {
  let world: TestingWorld;
  beforeEach(async () => {
    world = await TestingWorld.open(await openState());
  });
  afterEach(() => world.close());

  const state = () => world.replicas[0]!.watch.stored('contact');
  const isAt = (stage: string) => state().stage === stage && state().phase === 'settled';
  /** All of them know it, too: what one sees may be of before. */
  const settled = async () => {
    await eventually('it is settled', async () => {
      const [now] = await world.stored().states();
      return now!.phase === 'settled' && now!.epoch === state().epoch;
    });
  };
  /** However often it is refused. */
  const moved = async (one: TestingReplica, stage: 'monolith' | 'service') => {
    await eventually(`it goes to ${stage}`, async () => {
      if (isAt(stage)) return true;
      await one.move(stage).catch(() => {});
      return isAt(stage);
    });
  };

  it('loses no write and doubles none, forward and back, over two replicas, and no client hears but a 503 that says so', async () => {
    const [one, other] = [await world.replica(), await world.replica()];
    const writing = world.write([one, other], 'write', 16);
    await writing.at(50);
    expect(await one.move('service')).toMatchObject({ stage: 'service', phase: 'settled', epoch: 2, ownerEpoch: 2 });
    await writing.at(100);
    expect(await other.move('monolith')).toMatchObject({ stage: 'monolith', epoch: 4 });
    await writing.at(100);
    expect(await other.move('service')).toMatchObject({ epoch: 6, ownerEpoch: 6 });
    await writing.at(50);
    await writing.end();
    expect(misfits(world, writing)).toEqual([]);
    expect(writing.refused).toEqual([]);
    expect(world.writers).toEqual(['monolith', 'service 2', 'monolith', 'service 6']);
    expect(world.owner.owners).toEqual(['service 2', 'nobody 3', 'monolith 4', 'service 6']);
    for (const { open } of [one, other]) {
      expect(open.writes.facts('contact').longestHoldMs).toBeLessThan(limits.holdMs);
      expect(open.writes.facts('contact').holds).toBe(3);
    }
    const changes = settledOf(await world.stored().changes('contact'));
    expect(changes.map(({ to, who }) => [to.stage, who])).toEqual([
      ['service', 'service:ops'],
      ['monolith', 'service:ops'],
      ['service', 'service:ops'],
    ]);
    for (const { write } of changes) {
      expect(write).toMatchObject({ replicas: 2, holdMs: expect.any(Number), owned: { carrier: { working: true } } });
      expect(write!.holdMs).toBeLessThan(limits.holdMs);
    }
  });

  it('is made by one of two that are asked at once', async () => {
    const [one, other] = [await world.replica(), await world.replica()];
    const both = await Promise.allSettled([one.move('service'), other.move('service')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'route-changed' } });
    expect(world.owner.owners).toEqual(['service 2']);
  });

  // Each step by itself takes a minute.
  const atEachStep = steps ? it.each(['service', 'monolith'] as const) : () => {};
  atEachStep('to %s, whoever makes it killed at whichever step: undone by another, or made; one writer', async (to) => {
    const other = await world.replica({ limits: short });
    let isEnded = false;
    let steps = 0;
    for (let at = 0; at < 2 * most && !isEnded; at++) {
      await moved(other, to === 'service' ? 'monolith' : 'service');
      let calls = 0;
      let victim: TestingReplica | null = null;
      const never = new Promise<never>(() => {});
      const one = await world.replica({
        limits: short,
        calls: async (name, call) => {
          if (victim === null || name === 'states' || name === 'overdue') return await call();
          if (victim.isKilled) return await never;
          const isHere = calls++ === Math.floor(at / 2);
          if (isHere && at % 2 === 1) await call(); // It is done, and the answer is never heard.
          if (!isHere) return await call();
          victim.kill();
          return await never;
        },
      });
      const writing = world.write([other], `${to}-${at}`, 4);
      await writing.at(4);
      // Only from now on: what a replica does by itself is no step of a switch.
      victim = one;
      const moving = one.move(to).then(
        () => 'made',
        (error: Error) => error.message,
      );
      isEnded = await Promise.race([
        moving.then(() => true),
        eventually('it is killed', () => one.isKilled).then(() => false),
      ]);
      await settled();
      await writing.at(8);
      await writing.end();
      expect([at, misfits(world, writing)]).toEqual([at, []]);
      expect(writing.refused.filter((one) => one !== '503 write-held')).toEqual([]);
      if (!isEnded) steps++;
      else expect(await moving).toBe('made');
      one.kill();
      await world.forget(one);
      await eventually('the service knows its owner', () => world.owner.owner === state().stage);
    }
    expect(isEnded).toBe(true);
    expect(steps).toBeGreaterThan(12);
    await moved(other, 'service');
    const turns = world.writers.filter((one) => one !== 'monolith').map((one) => Number(one.split(' ')[1]));
    expect(turns).toEqual(turns.toSorted((a, b) => a - b));
    expect(new Set(turns).size).toBe(turns.length);
  });

  atEachStep(
    'to %s, the service away at whichever step: nothing is lost, and it goes once the service is back',
    async (to) => {
      let calls = -1;
      let at = 0;
      let isBroken = false;
      const one = await world.replica({
        calls: async (name, call) => {
          if (name !== 'owned' && name !== 'setOwner' && name !== 'position') return await call();
          const isHere = calls >= 0 && calls++ === Math.floor(at / 2);
          if (isHere && at % 2 === 1) await call();
          if (isHere) {
            isBroken = true;
            world.owner.says = () => 'nothing';
          }
          return await call();
        },
      });
      const other = await world.replica();
      for (; at < 2 * most; at++) {
        await moved(other, to === 'service' ? 'monolith' : 'service');
        const writing = world.write([one, other], `${to}-${at}`, 4);
        await writing.at(4);
        [calls, isBroken] = [0, false];
        const outcome = await one.move(to).then(
          () => 'made',
          ({ code }: { code: string }) => code,
        );
        calls = -1;
        if (outcome !== 'made') expect([at, outcome]).toEqual([at, 'owner-unreachable']);
        await writing.at(2);
        world.owner.says = null;
        await settled();
        await writing.at(4);
        await writing.end();
        expect([at, misfits(world, writing)]).toEqual([at, []]);
        await eventually('the service knows its owner', () => world.owner.owner === state().stage);
        if (!isBroken) break;
      }
      expect(at).toBeGreaterThanOrEqual(8);
      expect(at).toBeLessThan(2 * most);
    },
  );

  describe('a replica that the database does not answer', () => {
    it('makes that a switch is refused by its name, until it is forgotten; by then it sends no write to the monolith', async () => {
      const [one, cut] = [await world.replica(), await world.replica()];
      await eventually('both are known', () => [one, cut].every(({ watch }) => watch.knowledge.knownForMs !== null));
      cut.isAway = true;
      expect(await cut.put('within its lease')).toMatchObject({ status: 200, by: 'monolith' });
      await expect(one.move('service')).rejects.toMatchObject({
        code: 'replica-silent',
        message: expect.stringMatching(/replica replica-1 was seen .* ago and does not hold; it is forgotten in \d+ s/),
        findings: [{ rule: 'replica' }],
      });
      expect(state()).toMatchObject({ stage: 'monolith', phase: 'settled' });
      const writing = world.write([one, cut], 'cut', 8);
      await moved(one, 'service').catch(() => {});
      await eventually('it is made', () => one.watch.stored('contact').stage === 'service');
      await writing.at(20);
      cut.isAway = false;
      await eventually('it knows', () => cut.watch.stored('contact').stage === 'service');
      await writing.at(20);
      await writing.end();
      expect(misfits(world, writing)).toEqual([]);
      expect(new Set(writing.refused)).toEqual(new Set(['503 owner-unknown']));
      expect(world.writers.at(-1)).toBe(`service ${one.watch.stored('contact').ownerEpoch}`);
      expect(world.writers).toHaveLength(2);
    });

    it('goes on at the service for as long as it likes, and is refused there once the service owns no more', async () => {
      const [one, cut] = [await world.replica(), await world.replica()];
      await one.move('service');
      await eventually('it knows', () => cut.watch.stored('contact').stage === 'service');
      cut.isAway = true;
      await eventually('its lease is over', () => cut.watch.knowledge.knownForMs! > 2 * limits.leaseMs);
      expect(await cut.put('a')).toMatchObject({ status: 200, by: 'service' });
      await eventually('it is forgotten', async () => {
        await one.move('monolith').catch(() => {});
        return one.watch.stored('contact').stage === 'monolith';
      });
      expect(await cut.put('b')).toMatchObject({ status: 503, code: 'write-held' });
      cut.isAway = false;
      expect(await cut.put('c')).toMatchObject({ status: 200, by: 'monolith' });
      expect(world.writes.map(({ id }) => id)).toEqual(['a', 'c']);
    });
  });

  it('knows nobody that has ended properly', async () => {
    const [one, other] = [await world.replica(), await world.replica()];
    await other.close();
    world.replicas.pop();
    expect(await one.move('service')).toMatchObject({ stage: 'service' });
    const changes = settledOf(await world.stored().changes('contact'));
    expect(changes[0]!.write).toMatchObject({ replicas: 1 });
  });
}
