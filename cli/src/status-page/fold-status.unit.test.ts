import { describe, expect, it } from '@jest/globals';
import { foldStatus, remediesIn } from './fold-status.ts';
import { foldStops } from './fold-stops.ts';
import { hostile, parkedKey, registryDied, stopped, wellLooked } from './testing-told.ts';

describe('what the page is told', () => {
  it('has a service as one: how far its projector is, whether its API answers, what its proof has found', () => {
    const { services, problems, atMs } = foldStatus(wellLooked, 7);
    expect([atMs, problems]).toEqual([7, []]);
    expect(services).toEqual([
      {
        ...{
          name: 'accounts',
          state: 'streaming',
          api: 'answers',
          isWrong: false,
          position: '0-1-42',
          ageMs: 300,
          lag: 3,
        },
        ...{ rows: 4323, transactions: 99, command: 'banyan prove accounts' },
        proof: { state: 'equal', position: '0-1-40', checkedAgoMs: 60_000, differences: 0 },
      },
    ]);
  });

  it('has the position of an API whose projector is silent, and how to repair what differs', () => {
    const [projector, api] = wellLooked.seen.projections;
    const proof = { ...api!.proof!, state: 'different', differences: 2 } as const;
    const projections = [
      { ...projector!, state: 'silent', ready: false, position: null, ageMs: null },
      { ...api!, proof },
    ];
    const [told] = foldStatus({ ...wellLooked, seen: { ...wellLooked.seen, projections } }, 0).services;
    expect(told).toMatchObject({ state: 'silent', isWrong: true, position: '0-1-41', ageMs: 400 });
    expect(told!.command).toBe('banyan repair accounts');
  });

  it('has the problems of banyan status, and each thing to do with the command that does it', () => {
    const { problems, parts } = foldStatus(registryDied, 0);
    expect(problems.map(({ where, code, message }) => ({ where, code, message }))).toEqual(
      registryDied.problems.map(({ where, code, message }) => ({ where, code, message })),
    );
    expect(problems[0]!.remedies).toEqual([
      { text: 'see its log:', command: 'banyan logs registry' },
      { text: 'or start it:', command: 'banyan up' },
    ]);
    expect(parts.map(({ name, isWrong }) => [name, isWrong])).toEqual([
      ['kafka', false],
      ['registry', true],
      ['traffic', false],
    ]);
  });

  it.each(['make space there', 'see: banyan logs $(reboot)', 'run: banyan up && reboot', 'have it look: KILL QUERY 7'])(
    'takes nothing for a command in %j',
    (remedy) => expect(remediesIn(remedy)).toEqual([{ text: remedy, command: null }]),
  );
});

describe('stops', () => {
  it('come with how they go on, which wants a reason that is not given', () => {
    const told = foldStops([{ service: 'accounts', stops: [stopped, { ...stopped, isOpen: false }], parked: [] }], []);
    expect(told).toMatchObject({ settled: 1, parked: [], unknown: [] });
    expect(told.stops.map(({ place, commands }) => [place, ...commands])).toEqual([
      [
        'bank.bank.accounts/0@1536',
        'banyan retry accounts',
        "banyan skip accounts bank.bank.accounts/0@1536 --reason ''",
        "banyan park accounts bank.bank.accounts/0@1536 --reason ''",
      ],
    ]);
  });

  it('of a record without a key cannot be parked', () => {
    const stops = [{ ...stopped, key: null, keyProblem: 'no schema' }];
    const [told] = foldStops([{ service: 'accounts', stops, parked: [] }], []).stops;
    expect(told!.commands.join()).not.toContain('park');
  });

  it('of parked keys give a command in which no key is more than a word, or none', () => {
    const commandOf = (key: string, more = {}) => {
      const parked = [{ ...parkedKey, key: JSON.stringify([key]), ...more }];
      return foldStops([{ service: 'accounts', stops: [], parked }], []).parked[0]!.command;
    };
    expect(commandOf("$(reboot) '7")).toBe("banyan unpark accounts accounts '$(reboot) '\\''7'");
    expect(commandOf('-7')).toBe('banyan unpark accounts -- accounts -7');
    expect(commandOf(hostile)).toBeNull();
    expect(commandOf('7', { isReleased: true })).toBeNull();
  });
});
