import type { Difference } from '../shadow/verdict.ts';

/** The newest difference of a kind: what was asked, and what the two sides had there. */
export interface DifferenceExample {
  /** Method, path and query. */
  readonly request: string;
  readonly place: string;
  /** As JSON text, shortened; null when there is none. */
  readonly monolith: string | null;
  readonly candidate: string | null;
}

/** How often a kind of difference was seen. */
export interface SeenKind {
  readonly route: string;
  readonly kind: string;
  readonly seen: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly example: DifferenceExample;
}

/** Kinds of a route; those beyond count as one. */
const mostKinds = 200;
export const otherKinds = '…';

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const cutOrNull = (text: string | null): string | null => (text === null ? null : cut(text, 2000));

/** The kinds of differences that one replica has seen of a route. */
export class DifferenceKinds {
  readonly #route: string;
  readonly #kinds = new Map<string, SeenKind>();
  readonly #fresh = new Set<string>();

  constructor(route: string) {
    this.#route = route;
  }

  /** A kind counts once for an answer, however many places of it differ. */
  saw(differences: readonly Difference[], request: string): void {
    const firsts = new Map(differences.toReversed().map((difference) => [cut(difference.kind, 240), difference]));
    for (const [kind, difference] of firsts) {
      const isKept = this.#kinds.has(kind) || this.#kinds.size < mostKinds;
      this.#saw(isKept ? kind : otherKinds, difference, request);
    }
  }

  /** To be written down. */
  take(): SeenKind[] {
    const taken = [...this.#fresh].map((kind) => this.#kinds.get(kind)!);
    this.#fresh.clear();
    return taken;
  }

  /** They could not be written down. */
  giveBack(kinds: readonly SeenKind[]): void {
    for (const { route, kind } of kinds) if (route === this.#route) this.#fresh.add(kind);
  }

  #saw(kind: string, { place, monolith, candidate }: Difference, request: string): void {
    const atMs = Date.now();
    const before = this.#kinds.get(kind);
    const example = {
      request: cut(request, 2000),
      place: cut(place, 500),
      monolith: cutOrNull(monolith),
      candidate: cutOrNull(candidate),
    };
    this.#kinds.set(kind, {
      route: this.#route,
      kind,
      seen: (before?.seen ?? 0) + 1,
      firstAtMs: before?.firstAtMs ?? atMs,
      lastAtMs: atMs,
      example,
    });
    this.#fresh.add(kind);
  }
}
