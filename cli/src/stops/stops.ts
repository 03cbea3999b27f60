import type { Arguments, Command, Context } from '../command.ts';
import { openTarget } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { type Found, problemsOf, stopsIn } from './found.ts';
import { keyParts, keyText, placeText } from './places.ts';
import { readModelSession, serviceNamed } from './service.ts';

export const stops: Command = {
  summary: 'records that have stopped a service, what was said about them, and keys that are parked',
  help: `banyan stops [SERVICE] [--bytes]

  banyan stops                         of all services; exit code 1 while one of them is stopped at a record
  banyan stops accounts --bytes        with each record's key and value as base64: they may be anything

A service that cannot decode a record, or whose read model refuses its row, stops there, and nothing after it is applied. Say how
it goes on:
  banyan retry accounts                                     what was wrong is mended: begin anew
  banyan skip accounts bank.bank.accounts/0@1536 --reason 'written by a test'
                                                            leave that record out, now and at every later reading
  banyan park accounts bank.bank.accounts/0@1536 --reason 'see issue 12'
                                                            leave it out, and every later change of its key
  banyan unpark accounts accounts 42                        apply its changes again; the next one makes its row true,
                                                            or banyan repair
What was said stays written down with its reason, in the tables banyan_stop and banyan_verdict of the read model.`,
  options: { bytes: {} },
  words: 1,
  run: runStops,
};

async function runStops({ output, config, json }: Context, args: Arguments): Promise<number> {
  const target = openTarget(config);
  const [name] = args.words;
  const services = name === undefined ? target.services : [serviceNamed(target, name)];
  const found: Found[] = [];
  for (const { name: service } of services) {
    await using session = await readModelSession(target, service);
    found.push(await stopsIn(session, service, args.options.bytes === true));
  }
  const problems = found.flatMap(problemsOf);
  if (json) await output.line(jsonLine({ command: 'stops', ok: problems.length === 0, problems, ...shaped(found) }));
  else for (const line of found.flatMap((one) => [...linesOf(one)])) await output.line(line);
  if (!json && found.every((one) => one.stops.length + one.parked.length === 0)) output.say('stops', 'none');
  return problems.length === 0 ? 0 : 1;
}

function shaped(found: readonly Found[]) {
  const keyOf = (key: string | null) => key && keyParts(key);
  return {
    stops: found.flatMap(({ service, stops }) =>
      stops.map((stop) => ({ service, ...stop, offset: String(stop.offset), key: keyOf(stop.key) })),
    ),
    parked: found.flatMap(({ service, parked }) => parked.map((one) => ({ service, ...one, key: keyOf(one.key) }))),
  };
}

function* linesOf({ service, stops, parked }: Found): Generator<string> {
  for (const stop of stops) {
    const said =
      stop.verdict && `${stop.verdict.verb}, ${stop.verdict.at} by ${stop.verdict.by}: ${stop.verdict.reason}`;
    yield escaped(`${service}: ${placeText(stop)}  ${stop.isOpen ? 'STOPPED' : (said ?? 'read since')}`);
    yield escaped(`  ${stop.code}, ${stop.at}, at position ${stop.position ?? '(none yet)'}: ${stop.message}`);
    if (stop.table !== null) {
      const key = stop.key === null ? `not known: ${stop.keyProblem}` : keyText(stop.key);
      yield escaped(`  key in ${stop.table}: ${key}`);
    }
    if (stop.bytes) yield `  key   ${stop.bytes.key ?? '-'}\n  value ${stop.bytes.value ?? '-'}`;
  }
  for (const { table, key, since, code, changes, isReleased } of parked) {
    const what = isReleased ? 'released, not true yet' : 'parked';
    const left = `${changes} later ${changes === 1 ? 'change' : 'changes'} left out`;
    yield escaped(`${service}: ${table} ${keyText(key)}  ${what} since ${since ?? 'the beginning'} (${code}), ${left}`);
  }
}
