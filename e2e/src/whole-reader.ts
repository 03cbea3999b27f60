import { setTimeout as delay } from 'node:timers/promises';
import type { Bridge } from './bridge.ts';
import { one } from './database.ts';

/** Looks at the read model of a SourceStory all the time, each time by ONE SELECT: large transactions are there whole or not at all. */
export class WholeReader {
  reads = 0;
  /** What was seen of a transaction that was not whole. */
  readonly parts: string[] = [];
  #stopped = false;
  readonly #reading: Promise<void>;

  /** `isWhole` judges a number of orders, of which each has one line; between two looks the machine is left to the others, longer as these take longer. */
  constructor(bridge: Bridge, isWhole: (orders: number) => boolean, pauseMs: number) {
    this.#reading = this.#readOn(bridge, isWhole, pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading.catch(() => {});
  }

  async #readOn(bridge: Bridge, isWhole: (orders: number) => boolean, pauseMs: number): Promise<void> {
    while (!this.#stopped) {
      const sinceMs = Date.now();
      const counts = await one<{ orders: string; lines: string }>(
        bridge.read,
        `SELECT (SELECT COUNT(*) FROM orders WHERE batch > 0) AS orders,
                (SELECT COUNT(*) FROM order_lines WHERE batch > 0) AS \`lines\``,
      );
      const [orders, lines] = [Number(counts.orders), Number(counts.lines)];
      this.reads++;
      if (orders !== lines || !isWhole(orders)) this.parts.push(`${orders} orders, ${lines} lines`);
      await delay(Math.max(pauseMs, 4 * (Date.now() - sinceMs)));
    }
  }
}
