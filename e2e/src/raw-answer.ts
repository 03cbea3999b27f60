import { connect } from 'node:net';

/** What a server on this machine says to the very bytes that are sent, until it closes the connection. */
export async function rawAnswer(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
  socket.on('error', () => {});
  socket.write(text);
  const pieces: Buffer[] = [];
  try {
    for await (const piece of socket) pieces.push(piece as Buffer);
  } catch {
    // A reset after the answer is an end too.
  }
  return Buffer.concat(pieces).toString('latin1');
}

/** Status and body of an answer, whatever stood before it and however it was cut into chunks. */
export function wordsOf(answer: string): string {
  const last = answer.slice(Math.max(0, answer.lastIndexOf('HTTP/1.1 ')));
  const [head = '', ...rest] = last.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const isChunked = /^transfer-encoding: chunked/im.test(head);
  const plain = isChunked ? body.replaceAll(/(^|\r\n)[0-9a-f]+\r\n/gi, '').trimEnd() : body;
  return `${head.slice(9, 12)} ${plain}`;
}
