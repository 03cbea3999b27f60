/**
 * `error`: the connector does not start, stops, or loses or changes rows and nobody notices. `warning`: one table or one service is
 * concerned, or a fault to come costs more than it need. `note`: right as it is for who knows it.
 */
export type Severity = 'error' | 'warning' | 'note';

/** What can be found, whatever it is found in. Texts are sentences without a full stop, and never hold a value of the database. */
export interface Kind {
  readonly code: string;
  readonly severity: Severity;
  /** By their numbers in `traps.ts`; none for what every bridge needs. */
  readonly traps: readonly number[];
  /** What it is, for the list of all. */
  readonly is: string;
  /** What will happen. */
  readonly happens: string;
  readonly remedy: string;
  /** The section that says more, below `docs/`. */
  readonly page: string;
}

/** Where it was found; `what` is seen there, when the place alone does not say it. */
export interface Place {
  readonly where: string;
  readonly what?: string;
}

/** A kind, and how it is found in facts. Finding is pure: what is asked of a server is asked before. */
export interface Check<Facts> extends Kind {
  readonly find: (facts: Facts) => readonly Place[];
}

/** As it is printed. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly where: string;
  /** Null where the place says it. */
  readonly what: string | null;
  readonly happens: string;
  readonly remedy: string;
  readonly page: string;
}

export function findingsOf<Facts>(checks: readonly Check<Facts>[], facts: Facts): Finding[] {
  return checks.flatMap((check) => check.find(facts).map((place) => findingAt(check, place)));
}

export function findingAt({ code, severity, happens, remedy, page }: Kind, { where, what }: Place): Finding {
  return { code, severity, where, what: what ?? null, happens, remedy, page: `docs/${page}` };
}

const order: readonly Severity[] = ['error', 'warning', 'note'];

/** The worst first; what is of one code stays together. */
export const sorted = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
