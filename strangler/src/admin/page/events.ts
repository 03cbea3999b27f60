/** A server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What a stream of server-sent events says; a comment, which is a sign of life, is null. Throws when the stream breaks. */
export async function* eventsIn(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ServerEvent | null> {
  let text = '';
  for await (const some of stream.pipeThrough(new TextDecoderStream())) {
    text += some;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield eventIn(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
}

/** Our own server writes one line of data. */
function eventIn(text: string): ServerEvent | null {
  const line = (name: string) =>
    text
      .split('\n')
      .find((each) => each.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const [event, data] = [line('event'), line('data')];
  return event === undefined || data === undefined ? null : { event, data: JSON.parse(data) };
}
