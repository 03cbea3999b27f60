import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from './state/testing-eventually.ts';

/** What one of the crowd was answered. */
export interface CrowdAnswer {
  readonly status: number;
  readonly text: string;
}

/** Many clients, each with a connection that it keeps, who ask all at once and may wait. */
export class Crowd {
  readonly #sockets: Socket[] = [];
  #answers: CrowdAnswer[] = [];

  /** Each has been answered once when it is there: a connection that has asked nothing yet has 10 s to do so. */
  static async of(count: number, url: string): Promise<Crowd> {
    const crowd = new Crowd();
    const { hostname, port } = new URL(url);
    const few = 400; // fewer than a server's backlog
    while (crowd.#sockets.length < count) {
      const some = Array.from({ length: Math.min(few, count - crowd.#sockets.length) }, () =>
        connect(Number(port), hostname),
      );
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      crowd.#answers = [];
      for (const socket of some) {
        crowd.#listen(socket);
        socket.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\n');
      }
      await crowd.answered(some.length);
      crowd.#sockets.push(...some);
    }
    return crowd;
  }

  /** Those since the last question. */
  get answers(): readonly CrowdAnswer[] {
    return this.#answers;
  }

  /** Each asks for `path` anew, with 2 KB of cookies as browsers have them. */
  ask(path: string, fields = ''): void {
    this.#answers = [];
    const text = `GET ${path} HTTP/1.1\r\nHost: a\r\nCookie: filler=${'x'.repeat(2000)}\r\n${fields}\r\n`;
    for (const socket of this.#sockets) socket.write(text);
  }

  answered(count: number): Promise<void> {
    return eventually(`${count} are answered`, () => this.#answers.length >= count, 120_000).catch((error) => {
      throw new Error(`${error.message}, but ${this.#answers.length}`);
    });
  }

  /** All go, whatever they wait for. */
  leave(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #listen(socket: Socket): void {
    let got = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      got += piece;
      const end = got.indexOf('\r\n\r\n') + 4;
      if (end < 4 || got.length < end + Number(/^content-length: (\d+)/im.exec(got)?.[1])) return;
      this.#answers.push({ status: Number(got.slice(9, 12)), text: got });
      got = '';
    });
    // Its answer is missing then, and the test says so.
    socket.on('error', () => {});
  }
}
