import type { Stack } from '@banyan/stack';
import { servicePartsIn } from '../parts/service-parts.ts';
import { pause } from '../starting.ts';
import { duration } from '../status/render.ts';
import { type ServiceState, serviceState } from '../status/services.ts';
import { escaped } from '../terminal/escape.ts';
import type { Output } from '../terminal/output.ts';
import { columns } from '../terminal/table.ts';
import { Books, type BooksSeen } from './books.ts';

export interface PageOptions {
  readonly stack: Stack;
  readonly output: Output;
  /** Where the page goes. */
  readonly tell: (text: string) => void | Promise<void>;
  /** The page may be written over itself. */
  readonly redraws: boolean;
}

/** How fresh each service is, and whether the bank's books hold, on a terminal while it changes. */
export class Page {
  readonly #options: PageOptions;
  readonly #books: Books;
  #lines = 0;

  private constructor(options: PageOptions, books: Books) {
    this.#options = options;
    this.#books = books;
  }

  static async open(options: PageOptions): Promise<Page> {
    return new Page(options, await Books.open(options.stack));
  }

  /** Shows it until the work is done, again and again where it can be redrawn, else at the beginning and at the end. */
  async during<T>(work: Promise<T>, news: () => string, signal: AbortSignal): Promise<T> {
    const done = new AbortController();
    const ended = work.finally(() => done.abort());
    ended.catch(() => {}); // Awaited below.
    await this.#show(news());
    while (!done.signal.aborted) {
      await pause(1000, AbortSignal.any([done.signal, signal]));
      if (this.#options.redraws) await this.#show(news());
      else await ended;
    }
    const result = await ended;
    if (!this.#options.redraws) await this.#show('');
    this.#lines = 0;
    return result;
  }

  [Symbol.dispose](): void {
    this.#books.close();
  }

  async #show(news: string): Promise<void> {
    const { stack, output, tell, redraws } = this.#options;
    const services = servicePartsIn(stack).map(({ name, projectorUrl }) => ({ name, url: projectorUrl }));
    const [books, ...states] = await Promise.all([
      this.#books.look(),
      ...services.map((one) => serviceState({ ...one, role: 'project' }, 1000)),
    ]);
    const text = pageText(states, books, this.#books, output);
    const page = news === '' ? text : `${text}\n\n${escaped(news)}`;
    const back = redraws && this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[0J` : '';
    this.#lines = page.split('\n').length + 1;
    await tell(`${back}${page}\n`);
  }
}

function pageText(
  states: readonly ServiceState[],
  seen: BooksSeen,
  { reads, wrong }: Pick<Books, 'reads' | 'wrong'>,
  output: Pick<Output, 'paint'>,
): string {
  const rows = states.map(({ name, state, ageMs, position, rows: applied, lag }) =>
    [name, state, ageMs === null ? '-' : duration(ageMs), position ?? '-', grouped(applied), grouped(lag)].map(escaped),
  );
  const verdict =
    wrong === 0
      ? output.paint('green', `both held in all of ${reads} reads`)
      : output.paint('red', `they did NOT hold in ${wrong} of ${reads} reads`);
  return [
    ...columns([['SERVICE', 'STATE', 'AGE', 'POSITION', 'ROWS APPLIED', 'LAG'], ...rows]),
    '',
    `Σ balances ${seen.balances} ${seen.balances === seen.lines ? '=' : '≠'} Σ ledger lines ${seen.lines}`,
    `${grouped(seen.accounts - seen.broken)} of ${grouped(seen.accounts)} balances are their last line's; ${verdict}`,
  ].join('\n');
}

const grouped = (value: number | null): string => (value === null ? '-' : value.toLocaleString('en'));
