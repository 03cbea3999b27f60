import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A client that reads at a rate, each time over a connection of its own, as from many clients. It counts what failed, and what was
 * older than an answer that it had before it asked.
 */
export class SteadyReader {
  readonly failures: string[] = [];
  answered = 0;
  stale = 0;
  #newest = 0n;
  #isReading = true;
  readonly #reading: Promise<void>;
  readonly #agent = new Agent({ keepAlive: false });
  readonly #under = new Set<Promise<void>>();

  constructor(url: string, token: string, rate: number) {
    this.#reading = this.#read(url, token, rate);
  }

  async stop(): Promise<void> {
    this.#isReading = false;
    await this.#reading;
    await Promise.all(this.#under);
  }

  async #read(url: string, token: string, rate: number): Promise<void> {
    const began = Date.now();
    for (let asked = 0; this.#isReading; ) {
      for (const due = ((Date.now() - began) * rate) / 1000; asked < due; asked++) {
        const one = this.#ask(url, token).finally(() => this.#under.delete(one));
        this.#under.add(one);
      }
      await delay(5);
    }
  }

  async #ask(url: string, token: string): Promise<void> {
    const before = this.#newest;
    try {
      const { status, position } = await answerOf(url, token, this.#agent);
      this.answered++;
      if (status !== 200) this.failures.push(`HTTP ${status}`);
      const sequence = BigInt(position?.split('-').at(-1) ?? 0);
      if (status === 200 && sequence < before) this.stale++;
      if (sequence > this.#newest) this.#newest = sequence;
    } catch (error) {
      this.failures.push((error as Error).message);
    }
  }
}

function answerOf(url: string, token: string, agent: Agent): Promise<{ status: number; position: string | undefined }> {
  return new Promise((done, fail) => {
    const request = get(url, { agent, timeout: 10_000, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().once('error', fail);
      response.once('end', () =>
        done({ status: response.statusCode!, position: response.headers['banyan-position'] as string | undefined }),
      );
    });
    request.once('timeout', () => request.destroy(new Error('no answer within 10 s'))).once('error', fail);
  });
}
