import { describe, expect, it } from '@jest/globals';
import { Rejection } from './rejection.ts';
import { type ConnectionSource, inTransaction } from './transaction.ts';

function databaseError(errno: number, code = 'ER_ANY', fatal = false): Error {
  return Object.assign(new Error(`error ${errno}`), { errno, code, fatal });
}

/** A pool of one connection that notes what is done to it; `failing` statements reject. */
function recordingPool(failing: { commit?: Error; rollback?: Error } = {}) {
  const calls: string[] = [];
  const note = (name: string) => async () => {
    calls.push(name);
  };
  const connection = {
    beginTransaction: note('begin'),
    commit: async () => {
      calls.push('commit');
      if (failing.commit !== undefined) throw failing.commit;
    },
    rollback: async () => {
      calls.push('rollback');
      if (failing.rollback !== undefined) throw failing.rollback;
    },
    release: () => calls.push('release'),
    destroy: () => calls.push('destroy'),
  };
  return { calls, pool: { getConnection: async () => connection } as unknown as ConnectionSource };
}

async function codeOfFailure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Rejection ? error.code : String(error);
}

describe('a transaction', () => {
  it('commits what its work did and gives the connection back', async () => {
    const { calls, pool } = recordingPool();
    expect(
      await inTransaction(
        pool,
        async () => 'done',
        () => {},
      ),
    ).toBe('done');
    expect(calls).toEqual(['begin', 'commit', 'release']);
  });

  it('rolls back when its work fails, once, with the error as it is', async () => {
    const { calls, pool } = recordingPool();
    const failure = new Rejection(422, 'insufficient_funds', 'no');
    await expect(
      inTransaction(
        pool,
        () => Promise.reject(failure),
        () => {},
      ),
    ).rejects.toBe(failure);
    expect(calls).toEqual(['begin', 'rollback', 'release']);
  });

  it.each([1213, 1205, 1020])('runs the whole work again after error %i', async (errno) => {
    const { calls, pool } = recordingPool();
    const lines: string[] = [];
    let runs = 0;
    const work = async () => {
      runs += 1;
      if (runs < 3) throw databaseError(errno);
      return runs;
    };
    expect(await inTransaction(pool, work, (line) => lines.push(line))).toBe(3);
    const failed = ['begin', 'rollback', 'release'];
    expect(calls).toEqual([...failed, ...failed, 'begin', 'commit', 'release']);
    expect(lines).toHaveLength(2);
  });

  it('gives up after four attempts and says so', async () => {
    const { calls, pool } = recordingPool();
    const lines: string[] = [];
    const work = inTransaction(
      pool,
      () => Promise.reject(databaseError(1213)),
      (line) => lines.push(line),
    );
    expect(await codeOfFailure(work)).toBe('busy');
    expect(calls.filter((call) => call === 'begin')).toHaveLength(4);
    expect(lines.at(-1)).toBe('transaction given up after 4 attempts: error 1213');
  });

  it('never runs again when the connection was lost in COMMIT, and throws the connection away', async () => {
    const lost = databaseError(0, 'PROTOCOL_CONNECTION_LOST', true);
    const { calls, pool } = recordingPool({ commit: lost, rollback: lost });
    expect(
      await codeOfFailure(
        inTransaction(
          pool,
          async () => 1,
          () => {},
        ),
      ),
    ).toBe('outcome_unknown');
    expect(calls).toEqual(['begin', 'commit', 'rollback', 'destroy']);
  });
});
