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
}

export interface Comparison {
  readonly figures: readonly Figure[];
  readonly ours: () => Promise<Run>;
  readonly peer: () => Promise<Run>;
}

export interface Result {
  readonly name: string;
  /** Medians. */
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** The median of the turns' ratios: what else the machine does meets both sides of a turn alike. */
  readonly ratio: number;
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
  { figures, ours, peer }: Comparison,
  runs: number,
  say: (text: string) => void,
): Promise<Result[]> {
  const done: { readonly ours: Run[]; readonly peer: Run[] } = { ours: [], peer: [] };
  const loads: number[] = [];
  for (let turn = 1; turn <= runs; turn++) {
    const sides = [['ours', ours] as const, ['peer', peer] as const];
    for (const [side, run] of turn % 2 === 1 ? sides : sides.reverse()) {
      const result = await run();
      loads.push(loadavg()[0]!);
      done[side].push(result);
      for (const [index, { name, unit }] of figures.entries())
        say(`${name} ${turn}/${runs} ${side}: ${shown(result.values[index]!)} ${unit}`);
    }
  }
  const load = rounded(loads.reduce((sum, one) => sum + one, 0) / loads.length);
  const cpu = { ours: cpuOf(done.ours), peer: cpuOf(done.peer) };
  return figures.map((figure, index) => {
    const { name, unit, isLessBetter } = figure;
    const values = (side: readonly Run[]) => side.map((run) => run.values[index]!);
    const [mine, others] = [values(done.ours), values(done.peer)];
    const ratios = mine.map((one, turn) => (isLessBetter ? others[turn]! / one : one / others[turn]!));
    return {
      name,
      ours: rounded(median(mine)),
      peer: rounded(median(others)),
      unit,
      ratio: rounded(median(ratios)),
      ...judged(figure, median(mine), median(ratios)),
      runs,
      spread: { ours: spread(mine), peer: spread(others), ratio: spread(ratios) },
      load,
      cpu: cpu.ours !== null && cpu.peer !== null ? { ours: cpu.ours, peer: cpu.peer } : null,
    };
  });
}

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
const shown = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
const percent = (value: number): string => `±${Math.round(value * 50)}%`;

/** The results as a table for a terminal. */
export function table(results: readonly Result[]): string {
  const head = ['BENCHMARK', 'OURS', '', 'PEER', '', 'UNIT', 'RATIO', '', 'TARGET', 'CPU s/M OURS', 'PEER', 'LOAD'];
  const lines = results.map((result) => [
    result.name,
    shown(result.ours),
    percent(result.spread.ours),
    shown(result.peer),
    percent(result.spread.peer),
    result.unit,
    result.ratio.toFixed(2),
    percent(result.spread.ratio),
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
