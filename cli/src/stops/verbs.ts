import { hostname, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { giveVerdict, isSettled, parkedOf, type Session, stopsOf, type Verdict } from '@banyan/kit';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { usage } from '../errors.ts';
import { openTarget } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { keyText, placeOf, placeText } from './places.ts';
import { readModelSession, serviceNamed } from './service.ts';

/** What is said, once the words are checked against the read model. */
type Said = Pick<Verdict, 'record' | 'row'>;

interface Verb {
  readonly summary: string;
  readonly help: string;
  readonly words: number;
  readonly reason: 'wanted' | 'free';
  readonly check: (session: Session, service: string, words: readonly string[]) => Promise<Said>;
}

const verb = (name: Verdict['verb'], { summary, help, words, reason, check }: Verb): Command => ({
  summary,
  help,
  words,
  options: { reason: { value: 'TEXT' } },
  run: async (context, args) => {
    const given = text(args, 'reason');
    if (reason === 'wanted' && given === undefined)
      throw usage(`say why: --reason TEXT stays written down with what you say`);
    return say(context, args, name, given ?? '', check);
  },
});

/** How long to look whether the projector has taken it up. */
const settledWithinMs = 10_000;

async function say(
  { output, config, json, signal }: Context,
  { words: [name, ...words] }: Arguments,
  verb: Verdict['verb'],
  reason: string,
  check: Verb['check'],
): Promise<number> {
  const target = openTarget(config);
  const service = serviceNamed(target, name);
  await using session = await readModelSession(target, service.name);
  const said = await check(session, service.name, words);
  const by = `${userInfo().username}@${hostname()}`;
  const id = await giveVerdict(session, service.name, { ...said, verb, reason, by });
  let settled = false;
  for (const until = Date.now() + settledWithinMs; !settled && Date.now() < until && !signal.aborted; await delay(100))
    settled = await isSettled(session, id);
  if (json) await output.line(jsonLine({ command: verb, ok: true, problems: [], service: service.name, settled }));
  else if (settled) await output.line(`${escaped(service.name)} goes on with it`);
  else await output.line(`it is written down; ${escaped(service.name)} goes on with it as soon as its projector runs`);
  return 0;
}

async function recordOf(session: Session, service: string, [place]: readonly string[]) {
  if (place === undefined) throw usage('say which record', `banyan stops ${service} lists them`);
  const wanted = placeText(placeOf(place));
  const found = (await stopsOf(session, service)).find((stop) => placeText(stop) === wanted);
  if (!found) throw usage(`${service} has not stopped at ${wanted}`, `banyan stops ${service} lists where it has`);
  return found;
}

export const retry = verb('retry', {
  summary: 'lets a stopped service begin anew at once',
  help: `banyan retry SERVICE [--reason TEXT]

  banyan retry accounts            what it has stopped for is mended: it reads the same record again`,
  words: 1,
  reason: 'free',
  check: async () => ({}),
});

export const skip = verb('skip', {
  summary: 'leaves one record out that a service has stopped at',
  help: `banyan skip SERVICE TOPIC/PARTITION@OFFSET --reason TEXT

  banyan skip accounts bank.bank.accounts/0@1536 --reason 'written by a test'

The record is left out now and at every later reading, and counts as read. If it was a change of a row, that row is not true any
more and nobody knows: park says so instead.`,
  words: 2,
  reason: 'wanted',
  check: async (session, service, words) => ({ record: await recordOf(session, service, words) }),
});

export const park = verb('park', {
  summary: 'leaves a record out, and says of its key that it is not true until it is unparked',
  help: `banyan park SERVICE TOPIC/PARTITION@OFFSET --reason TEXT

  banyan park accounts bank.bank.accounts/0@1536 --reason 'see issue 12'

The record and every later change of its key are left out; all other rows go on, whole transactions. The key is listed by banyan
stops, the API answers 409 for it and leaves it out of lists, and every answer says that its position is true except for so many keys.
The key is that of the message; a record whose key cannot be decoded can only be skipped.`,
  words: 2,
  reason: 'wanted',
  check: async (session, service, words) => {
    const record = await recordOf(session, service, words);
    if (record.key !== null) return { record };
    throw usage(`${placeText(record)} cannot be parked: ${escaped(record.keyProblem ?? '')}`, 'skip it instead');
  },
});

export const unpark = verb('unpark', {
  summary: 'applies the changes of a parked key again',
  help: `banyan unpark SERVICE TABLE KEY [--reason TEXT]

  banyan unpark accounts accounts 42        a key of several columns as banyan stops lists it: 7/2026-02-28
  banyan unpark accounts -- accounts -42    one that looks like an option

It stays listed until its row is true again: with the next change of the key, or with its repair (banyan repair), for which it is
noted as different.`,
  words: 3,
  reason: 'free',
  check: async (session, service, [table, key]) => {
    if (table === undefined || key === undefined) throw usage('say which table of the read model, and which key');
    const parked = await parkedOf(session, service);
    const found = parked.find((one) => one.table === table && keyText(one.key) === key);
    if (found) return { row: { table, key: found.key } };
    throw usage(`${escaped(key)} of ${escaped(table)} is not parked`, `banyan stops ${service} lists what is`);
  },
});
