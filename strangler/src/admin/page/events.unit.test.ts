import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventsIn, type ServerEvent } from './events.ts';

async function read(bytes: Uint8Array<ArrayBuffer>, cuts: readonly number[]): Promise<(ServerEvent | null)[]> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      let from = 0;
      for (const to of ends) {
        controller.enqueue(bytes.slice(from, to));
        from = to;
      }
      controller.close();
    },
  });
  const events: (ServerEvent | null)[] = [];
  for await (const event of eventsIn(stream)) events.push(event);
  return events;
}

describe('server-sent events', () => {
  it('are the same however they are cut on their way', async () => {
    const text =
      'retry: 2000\n\n:\n\nevent: routes\ndata: {"a":"\\n\\n data: ä😀"}\n\nevent: end\ndata: {"reason":"closing"}\n\nevent: cut off';
    const bytes = new TextEncoder().encode(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (cuts) => {
        expect(await read(bytes, cuts)).toEqual([
          null,
          null,
          { event: 'routes', data: { a: '\n\n data: ä😀' } },
          { event: 'end', data: { reason: 'closing' } },
        ]);
      }),
    );
  });
});
