import { beforeEach, describe, expect, it } from '@jest/globals';
import { Freshness } from './freshness.ts';

let freshness: Freshness;
beforeEach(() => {
  freshness = new Freshness();
});
const at = (offset: bigint) => new Map([['t/0', offset]]);
/** All that is in Kafka is read and applied. */
const applied = () => {
  if (freshness.wantsEnds) freshness.ends(at(5n));
  freshness.look(at(5n));
};

describe('Freshness', () => {
  it('knows nothing before the second heartbeat', () => {
    applied();
    freshness.heartbeat(100);
    expect(freshness.wantsEnds).toBe(false);
    applied();
    expect(freshness.freshAtMs).toBeNull();
  });

  it('is the time of a heartbeat that follows another one, once all is applied', () => {
    freshness.heartbeat(100);
    freshness.heartbeat(200);
    expect(freshness.wantsEnds).toBe(true);
    applied();
    expect(freshness.freshAtMs).toBe(200);
    freshness.heartbeat(300);
    applied();
    expect(freshness.freshAtMs).toBe(300);
  });

  // The connector sends heartbeats of its own while it works through a backlog.
  it('does not count a heartbeat with messages since the one before it', () => {
    freshness.heartbeat(100);
    freshness.messagesSeen();
    freshness.heartbeat(200);
    applied();
    expect(freshness.freshAtMs).toBeNull();
    freshness.heartbeat(300);
    applied();
    expect(freshness.freshAtMs).toBe(300);
  });

  it('forgets a heartbeat that counted when messages come before it is proved', () => {
    freshness.heartbeat(100);
    freshness.heartbeat(200);
    freshness.ends(at(5n));
    freshness.messagesSeen();
    expect(freshness.wantsEnds).toBe(false);
    freshness.look(at(5n));
    expect(freshness.freshAtMs).toBeNull();
  });

  it('waits until everything that was in Kafka is read, in every partition', () => {
    freshness.heartbeat(100);
    freshness.heartbeat(200);
    freshness.look(new Map()); // no ends yet
    freshness.ends(
      new Map([
        ['t/0', 5n],
        ['t/1', 1n],
      ]),
    );
    for (const positions of [
      new Map(),
      at(5n),
      new Map([
        ['t/0', 4n],
        ['t/1', 9n],
      ]),
    ]) {
      freshness.look(positions);
      expect(freshness.freshAtMs).toBeNull();
    }
    freshness.look(
      new Map([
        ['t/0', 5n],
        ['t/1', 1n],
      ]),
    );
    expect(freshness.freshAtMs).toBe(200);
  });

  it('proves the heartbeat that it has asked the ends for, not a later one', () => {
    freshness.heartbeat(100);
    freshness.heartbeat(200);
    freshness.ends(at(5n));
    freshness.heartbeat(300);
    expect(freshness.wantsEnds).toBe(false);
    freshness.look(at(5n));
    expect(freshness.freshAtMs).toBe(200);
  });

  it('never goes back', () => {
    freshness.heartbeat(100);
    freshness.heartbeat(500);
    applied();
    freshness.heartbeat(400); // another broker's clock
    applied();
    expect(freshness.freshAtMs).toBe(500);
  });

  it('takes no ends that nobody asked for', () => {
    freshness.ends(at(0n));
    freshness.look(at(5n));
    expect(freshness.freshAtMs).toBeNull();
  });
});
