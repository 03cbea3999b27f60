import { ConnectError } from '../errors/connect-error.ts';
import type { CallOptions } from '../rest/types.ts';
import { hintsFor } from './hints.ts';
import { observe, type Sight } from './observe.ts';
import type { ConnectorAccess, StreamingOptions, StreamingProof } from './streaming.ts';

type Found = Omit<StreamingProof, 'waitedMs'>;

/** A connector just put is unknown to the worker's reads until the group has settled. */
const UNKNOWN_FOR_MS = 10_000;

/** One wait for one connector: what is remembered from one look to the next. */
export class Wait {
  readonly #access: ConnectorAccess;
  readonly #name: string;
  readonly #options: StreamingOptions;
  readonly #callOptions: CallOptions;
  #restartsLeft: number;
  #sentence = 'not looked at yet';
  #first?: Sight;
  #last?: Sight;

  /** A call with its retries may take longer than the whole wait: `deadline` ends it. */
  constructor(access: ConnectorAccess, name: string, options: StreamingOptions, deadline: AbortSignal) {
    this.#access = access;
    this.#name = name;
    this.#options = options;
    this.#callOptions = { signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline };
    this.#restartsLeft = options.restartFailed ?? 0;
  }

  /** The proof when there is one; undefined to look again later. Throws what ends the wait. */
  async look(elapsedMs: number): Promise<Found | undefined> {
    try {
      const sight = await observe(this.#access, this.#name, this.#callOptions);
      this.#first ??= sight;
      this.#last = sight;
      this.#tell(sight.sentence);
      return await this.#judge(sight, this.#first, elapsedMs < (this.#options.settleMs ?? 3000));
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      const placing = error.code === 'not-found' && elapsedMs < UNKNOWN_FOR_MS;
      const cutShort = error.code === 'aborted' && this.#options.signal?.aborted !== true;
      if (!placing && !cutShort && !error.retriable) throw error;
      // What the deadline cut short had perhaps just begun: what was seen before it says more.
      if (cutShort && this.#last !== undefined) return undefined;
      this.#tell(
        placing ? 'not known to the worker yet' : `the worker does not answer (${cutShort ? 'timeout' : error.code})`,
      );
      return undefined;
    }
  }

  timeIsUp(timeoutMs: number): ConnectError {
    const hints = hintsFor(this.#last, this.#options);
    const message = `connector "${this.#name}" was not seen to stream within ${timeoutMs} ms: ${this.#sentence}${hints}`;
    return new ConnectError('not-streaming', message);
  }

  async #judge(sight: Sight, first: Sight, settling: boolean): Promise<Found | undefined> {
    if (sight.failure !== undefined) {
      const known = settling && sight.failure.message === first.failure?.message;
      return known ? undefined : this.#restartOrThrow(sight.failure);
    }
    const found = this.#proofIn(sight);
    const known = JSON.stringify(sight.offset) === JSON.stringify(first.offset);
    return known && (settling || this.#options.newOffset === true) ? undefined : found;
  }

  #proofIn({ running, evidence, offset }: Sight): Found | undefined {
    const enough = evidence === 'binlog-read' || evidence === this.#options.proof;
    return running && enough && offset !== undefined ? { evidence, offset } : undefined;
  }

  async #restartOrThrow(failure: ConnectError): Promise<undefined> {
    if (this.#restartsLeft <= 0) throw failure;
    this.#restartsLeft--;
    await this.#access.restart(this.#name, { ...this.#callOptions, includeTasks: true, onlyFailed: true });
    this.#tell(`restarted after: ${failure.message}`);
  }

  #tell(sentence: string): void {
    if (sentence === this.#sentence) return;
    this.#sentence = sentence;
    this.#options.onProgress?.(sentence);
  }
}
