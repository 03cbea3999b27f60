import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Clients that keep their connections, as browsers do: one that breaks is replaced, and the read that it broke is asked again
 * (RFC 9110, 9.2.2), for two seconds. What is answered is never asked again, whatever the answer is.
 */
export class PatientReader {
  /** Answers that were not 200, and reads that got none within two seconds. */
  readonly failures: string[] = [];
  answered = 0;
  /** How often a read was asked again, since its connection broke or there was none to be had. */
  repeated = 0;
  readonly #url: string;
  #isReading = true;
  readonly #clients: Promise<void>[];

  constructor(url: string, { clients = 16, everyMs = 20 } = {}) {
    this.#url = url;
    this.#clients = Array.from({ length: clients }, () => this.#readOn(everyMs));
  }

  async stop(): Promise<void> {
    this.#isReading = false;
    await Promise.all(this.#clients);
  }

  async #readOn(everyMs: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (this.#isReading) {
      await this.#read(agent);
      await delay(everyMs);
    }
    agent.destroy();
  }

  async #read(agent: Agent): Promise<void> {
    for (const end = Date.now() + 2000; ; await delay(20)) {
      try {
        const status = await statusOf(this.#url, agent);
        this.answered++;
        if (status !== 200) this.failures.push(`HTTP ${status}`);
        return;
      } catch (error) {
        this.repeated++;
        if (Date.now() < end) continue;
        this.failures.push((error as Error).message);
        return;
      }
    }
  }
}

/** Rejects when the answer is not whole. */
function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((done, fail) => {
    const request = get(url, { agent, timeout: 5000 }, (response) => {
      response.resume().once('error', fail);
      response.once('end', () => done(response.statusCode!));
    });
    request.once('timeout', () => request.destroy(new Error('no answer within 5 s'))).once('error', fail);
  });
}
