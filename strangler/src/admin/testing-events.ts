import { eventually } from '../state/testing-eventually.ts';
import { eventsIn, type ServerEvent } from './page/events.ts';

/** The events of an admin server, read as the page reads them. */
export interface TestingEvents extends AsyncDisposable {
  readonly status: number;
  readonly headers: Headers;
  readonly events: readonly ServerEvent[];
  readonly isEnded: boolean;
  /** Waits for an event of which this is true; resolves to its data. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  until(event: string, look?: (data: any) => boolean): Promise<any>;
}

export async function testingEvents(url: string, token: string): Promise<TestingEvents> {
  const stop = new AbortController();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
  const events: ServerEvent[] = [];
  let isEnded = false;
  const reading = (async () => {
    for await (const event of eventsIn(answer.body!)) if (event) events.push(event);
  })()
    .catch(() => {})
    .finally(() => {
      isEnded = true;
    });
  return {
    status: answer.status,
    headers: answer.headers,
    events,
    get isEnded() {
      return isEnded;
    },
    until: async (name, look = () => true) => {
      const found = () => events.find(({ event, data }) => event === name && look(data));
      await eventually(`an event ${name}`, () => found() !== undefined, 5000);
      return found()!.data;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await reading;
    },
  };
}
