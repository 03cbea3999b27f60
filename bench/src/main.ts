// npm run bench -- NAME …: real parts on this machine, both sides in turn.
import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { apply } from './apply.ts';
import type { Benchmark } from './benchmark.ts';
import { decode } from './decode.ts';
import { facade } from './facade.ts';
import { facadeLatency } from './facade-latency.ts';
import { breadth, growth } from './growth.ts';
import { compare, type Result, table } from './harness.ts';
import { latency } from './latency.ts';
import { limit } from './limit.ts';
import { proof } from './proof.ts';
import { Rig } from './rig.ts';

const benchmarks: readonly Benchmark[] = [
  decode,
  api,
  apply,
  limit,
  latency,
  growth,
  breadth,
  proof,
  facade,
  facadeLatency,
];

const usage = `npm run bench -- NAME … [--json] [--runs 3] [--rows 500000]

Measures a part of Banyan against what one would use instead of it:

${benchmarks.map(({ name, about }) => `  ${name.padEnd(13)} ${about}`).join('\n')}
  all           one after the other

It starts MariaDB, Kafka, a registry and Kafka Connect of its own on free ports, in a temporary folder, and ends them
whatever happens, also on Ctrl-C. Both sides do the same work on the same data, in turn; the figures are medians. A ratio
above 1 says that ours is better; it means more than the rates, which are those of this machine under its load of the day.

  --runs N   how often each side runs; default 3
  --rows N   how many rows the large table has; default 500000
  --json     on standard output a list of { name, ours, peer, unit, ratio, added, target, isMet,
             runs, spread, load, cpu };
             spread is (most - least) / median, added is ours - peer or null, cpu is CPU seconds for a million, its database server's included, or null

To see where the time of our side goes:

  BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profiles' npm run bench -- decode --runs 1

docs/reference/benchmarks.md has what came out, and what limits it.`;

const { values, positionals } = parsed();
const runs = whole(values.runs, 'runs');
const rows = whole(values.rows, 'rows');
const chosen = positionals.includes('all') ? benchmarks : positionals.map(named);
if (values.help || chosen.length === 0) {
  (values.help ? console.log : console.error)(usage);
  process.exit(values.help ? 0 : 2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(new Error(signal)));
const stopped = new Promise<never>((_, reject) => {
  stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
});
stopped.catch(() => {});

const results: Result[] = [];
try {
  const rig = await Rig.open(rows, say, stop.signal);
  try {
    // What is still under way when it is stopped ends with the parts that it uses.
    await Promise.race([all(rig), stopped]);
  } finally {
    await rig.close();
    // Also those that were done before something failed.
    if (results.length > 0) console.log(values.json ? JSON.stringify(results, null, 2) : table(results));
  }
} catch (error) {
  console.error(stop.signal.aborted ? `stopped by ${(error as Error).message}` : error);
  process.exitCode = 1;
}
process.exit();

async function all(rig: Rig): Promise<void> {
  for (const benchmark of chosen)
    for (const comparison of [await benchmark.run(rig)].flat()) results.push(...(await compare(comparison, runs, say)));
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        runs: { type: 'string', default: '3' },
        rows: { type: 'string', default: '500000' },
      },
    });
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function named(name: string): Benchmark {
  return benchmarks.find((one) => one.name === name) ?? wrong(`there is no benchmark '${name}'`);
}

function whole(text: string, name: string): number {
  return /^[1-9]\d{0,7}$/.test(text) ? Number(text) : wrong(`--${name} '${text}' is not a whole number from 1 on`);
}

function wrong(why: string): never {
  console.error(`${why}\n\n${usage}`);
  process.exit(2);
}

function say(text: string): void {
  console.error(`  ${text}`);
}
