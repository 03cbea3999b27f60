import { Loop } from './loop.ts';
import { askStanding, type Standing, silent } from './standing.ts';

export interface StandingsOptions {
  /** The addresses of the query APIs, without a slash at the end, by the services' names. */
  readonly services: ReadonlyMap<string, string>;
  /** Default 1,000. */
  readonly everyMs?: number;
  /** What does not answer in this time is silent. Default 800. */
  readonly withinMs?: number;
}

/** How the services stand, asked for again and again. It works from its making to its disposal. */
export class Standings implements AsyncDisposable {
  readonly #options: Required<StandingsOptions>;
  readonly #heard = new Map<string, { readonly standing: Standing; readonly atMs: number }>();
  readonly #loop: Loop;

  constructor(options: StandingsOptions) {
    this.#options = { everyMs: 1000, withinMs: 800, ...options };
    this.#loop = new Loop(this.#options.everyMs, () => this.#ask());
  }

  /** As it was last heard, with the ages of now. */
  of(service: string): Standing {
    const heard = this.#heard.get(service);
    if (!heard) {
      const isKnown = this.#options.services.has(service);
      return silent(service, isKnown ? 'it has not been asked yet' : 'the facade has no address of it');
    }
    const { standing, atMs } = heard;
    const sinceMs = Math.round(performance.now() - atMs);
    const older = (ageMs: number | null) => (ageMs === null ? null : ageMs + sinceMs);
    const proof = standing.proof && { ...standing.proof, checkedAgoMs: older(standing.proof.checkedAgoMs) };
    return { ...standing, ageMs: older(standing.ageMs), proof };
  }

  all(services: readonly string[]): Standing[] {
    return services.map((service) => this.of(service));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  async #ask(): Promise<void> {
    const { services, withinMs } = this.#options;
    const asked = [...services].map(async ([service, url]) => {
      // An age is of the moment of asking at the latest.
      const atMs = performance.now();
      this.#heard.set(service, { standing: await askStanding(service, url, withinMs), atMs });
    });
    await Promise.all(asked);
  }
}
