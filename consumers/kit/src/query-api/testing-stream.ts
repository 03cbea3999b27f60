import { eventually } from '../testkit/eventually.ts';

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly data: any;
}

/** Server-sent events, read as they come. */
export interface TestingStream extends AsyncDisposable {
  readonly status: number;
  readonly headers: Headers;
  readonly events: StreamEvent[];
  /** All that came, also what is no event. */
  readonly text: string;
  readonly isEnded: boolean;
  /** The id that a client would come back with. */
  readonly lastId: string;
  /** Waits until so many events are there, `start` among them. */
  until(count: number): Promise<StreamEvent[]>;
}

export async function testingStream(url: string, headers: Record<string, string> = {}): Promise<TestingStream> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const events: StreamEvent[] = [];
  let [text, at, lastId, isEnded] = ['', 0, '', false];
  const reading = (async () => {
    for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
      text += bytes;
      for (let end = text.indexOf('\n\n', at); end >= 0; end = text.indexOf('\n\n', at)) {
        const lines = new Map(
          text
            .slice(at, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        );
        at = end + 2;
        lastId = lines.get('id') ?? lastId;
        if (lines.has('data')) {
          events.push({ event: lines.get('event')!, id: lastId, data: JSON.parse(lines.get('data')!) });
        }
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      isEnded = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    events,
    get text() {
      return text;
    },
    get isEnded() {
      return isEnded;
    },
    get lastId() {
      return lastId;
    },
    until: async (count) => await eventually(`${count} events`, () => events.length >= count && events, 10_000),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await reading;
    },
  };
}
