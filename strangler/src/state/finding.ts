export type GateRule =
  | 'answers'
  | 'filling'
  | 'fresh'
  | 'proof'
  | 'proof-age'
  | 'comparisons'
  | 'match-rate'
  | 'undecided-rate'
  | 'error-rate'
  | 'p99'
  | 'differences'
  | 'owner'
  | 'owner-epoch'
  | 'carrier'
  | 'waiting'
  | 'conflicts'
  | 'rogue'
  | 'different'
  | 'replica'
  | 'under-way'
  | 'position';

/** One thing that is not as it must be. */
export interface Finding {
  readonly rule: GateRule;
  /** What is. */
  readonly figure: string;
  readonly wanted: string;
  readonly sentence: string;
}

export const finding = (rule: GateRule, figure: string, wanted: string, sentence: string): Finding[] => [
  { rule, figure, wanted, sentence },
];

/** 1,000 */
export const count = (value: number): string => Math.round(value).toLocaleString('en');
export const ms = (value: number): string => `${count(value)} ms`;
/** 99.99 %, never rounded up to a whole that it is not. */
export const percent = (share: number): string => `${Math.floor(share * 1e6 + 1e-6) / 1e4} %`;
