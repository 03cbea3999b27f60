import { loadavg } from 'node:os';

/** What one side did in one run: a value for each of the comparison's figures, in their order. */
export interface Run {
  readonly values: readonly number[];
  /** CPU seconds for a million of what is counted, its database server's included; where it can be known. */
  readonly cpu?: number;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** What the ratio should be at least. */
  readonly target?: number;
  /** What ours should be itself: at least, or at most where less is better. */
  readonly bound?: number;
  /** As of milliseconds and bytes. The ratio is the peer's divided by ours then, so that above 1 is better in any case. */
  readonly isLessBetter?: boolean;
  /** That what ours has more than the peer is told too. */
  readonly isAdded?: boolean;
}

export interface Comparison {
  readonly figures: readonly Figure[];
  readonly ours: () => Promise<Run>;
  readonly peer: () => Promise<Run>;
  /** How often the two take turns within one run, whose values are the medians of these; default once. */
  readonly rounds?: number;
}

export interface Result {
  readonly name: string;
  /** Medians. */
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** The median of the turns' ratios: what else the machine does meets both sides of a turn alike. */
  readonly ratio: number;
  /** What ours has more than the peer: the median of the turns' differences, and the ends. */
  readonly added: { readonly median: number; readonly least: number; readonly most: number } | null;
  /** In words; null when there is none. */
  readonly target: string | null;
  readonly isMet: boolean;
  readonly runs: number;
  /** (most - least) / median of each side, and of the ratios. */
  readonly spread: { readonly ours: number; readonly peer: number; readonly ratio: number };
  /** The machine's one-minute load average, the mean over the runs. */
  readonly load: number;
  readonly cpu: { readonly ours: number; readonly peer: number } | null;
}

/** Runs both sides in turn, who begins changing from turn to turn; a result for each figure. */
export async function compare(
  { figures, ours, peer, rounds = 1 }: Comparison,
  runs: number,
  say: (text: string) => void,
): Promise<Result[]> {
  const turns: Pair[][] = [];
  const loads: number[] = [];
  for (let turn = 0; turn < runs; turn++) {
    const pairs: Pair[] = [];
    for (let round = 0; round < rounds; round++) {
      const isOursFirst = (turn + round) % 2 === 0;
      const first = await (isOursFirst ? ours() : peer());
      const second = await (isOursFirst ? peer() : ours());
      pairs.push(isOursFirst ? { ours: first, peer: second } : { ours: second, peer: first });
      loads.push(loadavg()[0]!);
    }
    turns.push(pairs);
    for (const [index, { name, unit }] of figures.entries()) {
      const values = turnOf(pairs, index, false);
      for (const side of ['ours', 'peer'] as const)
        say(`${name} ${turn + 1}/${runs} ${side}: ${shown(values[side])} ${unit}`);
    }
  }
  const load = rounded(loads.reduce((sum, one) => sum + one, 0) / loads.length);
  const cpu = {
    ours: cpuOf(turns.flat().map((pair) => pair.ours)),
    peer: cpuOf(turns.flat().map((pair) => pair.peer)),
  };
  return figures.map((figure, index) => {
    const { name, unit, isLessBetter = false } = figure;
    const values = turns.map((pairs) => turnOf(pairs, index, isLessBetter));
    const [mine, others, ratios] = (['ours', 'peer', 'ratio'] as const).map((key) => values.map((one) => one[key]));
    return {
      name,
      ours: rounded(median(mine!)),
      peer: rounded(median(others!)),
      unit,
      ratio: rounded(median(ratios!)),
      added: figure.isAdded ? addedOf(values.map(({ added }) => added)) : null,
      ...judged(figure, median(mine!), median(ratios!)),
      runs,
      spread: { ours: spread(mine!), peer: spread(others!), ratio: spread(ratios!) },
      load,
      cpu: cpu.ours !== null && cpu.peer !== null ? { ours: cpu.ours, peer: cpu.peer } : null,
    };
  });
}

interface Pair {
  readonly ours: Run;
  readonly peer: Run;
}

/** One figure of a turn: the medians of its rounds, and of what one round says of the other side. */
function turnOf(pairs: readonly Pair[], index: number, isLessBetter: boolean) {
  const values = pairs.map(({ ours, peer }) => [ours.values[index]!, peer.values[index]!] as const);
  return {
    ours: median(values.map(([mine]) => mine)),
    peer: median(values.map(([, other]) => other)),
    ratio: median(values.map(([mine, other]) => (isLessBetter ? other / mine : mine / other))),
    added: median(values.map(([mine, other]) => mine - other)),
  };
}

const addedOf = (values: readonly number[]): Result['added'] => ({
  median: rounded(median(values)),
  least: rounded(Math.min(...values)),
  most: rounded(Math.max(...values)),
});

function judged(
  { target, bound, isLessBetter }: Figure,
  ours: number,
  ratio: number,
): Pick<Result, 'target' | 'isMet'> {
  const words = [
    ...(target === undefined ? [] : [`ratio ${rounded(target)}`]),
    ...(bound === undefined ? [] : [`${isLessBetter ? 'at most' : 'at least'} ${shown(bound)}`]),
  ];
  const isWithin = bound === undefined || (isLessBetter ? ours <= bound : ours >= bound);
  return { target: words.join(', ') || null, isMet: isWithin && ratio >= (target ?? 0) };
}

function cpuOf(runs: readonly Run[]): number | null {
  const known = runs.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
  return known.length === 0 ? null : rounded(median(known));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function spread(values: readonly number[]): number {
  return rounded((Math.max(...values) - Math.min(...values)) / median(values));
}

const rounded = (value: number): number => Number(value.toPrecision(4));
const shown = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
const shownAdded = ({ median: middle, least, most }: NonNullable<Result['added']>): string =>
  `${shown(middle)} (${shown(least)} to ${shown(most)})`;
const percent = (value: number): string => `±${Math.round(value * 50)}%`;

/** The results as a table for a terminal. */
export function table(results: readonly Result[]): string {
  const head = [
    'BENCHMARK',
    'OURS',
    '',
    'PEER',
    '',
    'UNIT',
    'RATIO',
    '',
    'ADDED',
    'TARGET',
    'CPU s/M OURS',
    'PEER',
    'LOAD',
  ];
  const lines = results.map((result) => [
    result.name,
    shown(result.ours),
    percent(result.spread.ours),
    shown(result.peer),
    percent(result.spread.peer),
    result.unit,
    result.ratio.toFixed(2),
    percent(result.spread.ratio),
    result.added === null ? '-' : shownAdded(result.added),
    result.target === null ? '-' : `${result.target}: ${result.isMet ? 'met' : 'missed'}`,
    result.cpu?.ours.toFixed(1) ?? '-',
    result.cpu?.peer.toFixed(1) ?? '-',
    result.load.toFixed(1),
  ]);
  const rows = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
