import { loadavg } from 'node:os';

/** What one side did in one run. */
export interface Run {
  /** In the benchmark's unit; more is better. */
  readonly rate: number;
  /** CPU seconds for a million of what is counted, its database server's included; where it can be known. */
  readonly cpu?: number;
}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  /** What ours divided by the peer's should be at least. */
  readonly target: number;
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
  readonly target: number;
  readonly runs: number;
  /** (most - least) / median of each side, and of the ratios. */
  readonly spread: { readonly ours: number; readonly peer: number; readonly ratio: number };
  /** The machine's one-minute load average, the mean over the runs. */
  readonly load: number;
  readonly cpu: { readonly ours: number; readonly peer: number } | null;
}

/** Runs both sides in turn, who begins changing from turn to turn. */
export async function compare(
  { name, unit, target, ours, peer }: Comparison,
  runs: number,
  say: (text: string) => void,
): Promise<Result> {
  const done: { readonly ours: Run[]; readonly peer: Run[] } = { ours: [], peer: [] };
  const loads: number[] = [];
  for (let turn = 1; turn <= runs; turn++) {
    const sides = [['ours', ours] as const, ['peer', peer] as const];
    for (const [side, run] of turn % 2 === 1 ? sides : sides.reverse()) {
      const result = await run();
      loads.push(loadavg()[0]!);
      done[side].push(result);
      say(`${name} ${turn}/${runs} ${side}: ${shown(result.rate)} ${unit}`);
    }
  }
  const ratios = done.ours.map(({ rate }, index) => rate / done.peer[index]!.rate);
  const rates = { ours: done.ours.map(({ rate }) => rate), peer: done.peer.map(({ rate }) => rate) };
  const cpu = { ours: cpuOf(done.ours), peer: cpuOf(done.peer) };
  return {
    name,
    ours: rounded(median(rates.ours)),
    peer: rounded(median(rates.peer)),
    unit,
    ratio: rounded(median(ratios)),
    target,
    runs,
    spread: { ours: spread(rates.ours), peer: spread(rates.peer), ratio: spread(ratios) },
    load: rounded(loads.reduce((sum, load) => sum + load, 0) / loads.length),
    cpu: cpu.ours !== null && cpu.peer !== null ? { ours: cpu.ours, peer: cpu.peer } : null,
  };
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
const shown = (value: number): string => Math.round(value).toLocaleString('en');
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
    `${result.target} ${result.ratio >= result.target ? 'met' : 'missed'}`,
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
