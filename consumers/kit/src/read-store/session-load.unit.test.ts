import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Session } from './session.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const counted = (text: string): Buffer => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
const packets = (first: number, ...bodies: Buffer[]): Buffer =>
  Buffer.concat(
    bodies.flatMap((body, index) => [Buffer.of(body.length & 255, body.length >> 8, 0, first + index), body]),
  );

// As MariaDB's protocol page has them: https://mariadb.com/kb/en/clientserver-protocol/
const ok = hex('00 00 00 0200 0000');
const end = hex('fe 0000 0200');
const greeting = Buffer.concat([
  ...[hex('0a'), Buffer.from('11.4.5-MariaDB\0'), hex('01000000'), Buffer.alloc(8, 1), hex('00 89a2 2d 0200 0800 15')],
  ...[Buffer.alloc(10), Buffer.alloc(12, 1), hex('00'), Buffer.from('mysql_native_password\0')],
]);
const column = Buffer.concat([
  ...['def', '', '', '', 'bytes', 'bytes'].map(counted),
  hex('0c 2d00 14000000 fd 0000 00 0000'),
]);
const packetLimit = packets(1, hex('01'), column, end, counted('16777216'), end);
/** What a server may answer to any statement: give me that file of yours. */
const fileWanted = packets(1, Buffer.concat([hex('fb'), Buffer.from('/etc/hostname')]));

// It does more than MariaDB does, so it cannot be a real one.
describe('a server that asks for files', () => {
  let received = '';
  const server = createServer((socket: Socket) => {
    let isAsking = false;
    socket.on('error', () => {});
    socket.write(packets(0, greeting));
    socket.on('data', (data) => {
      const text = data.toString('latin1', 4);
      if (isAsking) received += data.toString('latin1');
      else if (data[3] === 1) socket.write(packets(2, ok));
      else if (text.startsWith('\x03SET')) socket.write(packets(1, ok));
      else if (text.includes('@@max_allowed_packet')) socket.write(packetLimit);
      else isAsking = socket.write(fileWanted);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  beforeEach(() => {
    received = '';
  });

  const open = () => {
    const { port } = server.address() as AddressInfo;
    return Session.open({ host: '127.0.0.1', port, user: 'u', password: '', database: 'd' });
  };
  async function seen(text: string): Promise<void> {
    for (let tries = 0; tries < 400 && received.length < text.length; tries++) await delay(5);
    expect(received).toBe(text);
  }

  it('gets the rows that LOAD DATA was to load, and nothing of this machine', async () => {
    await using session = await open();
    session.load('LOAD DATA', [Buffer.from('1\tone\n')], 1).catch(() => {});
    await seen('\x06\0\0\x021\tone\n\0\0\0\x03');
  });

  it('gets nothing in answer to another statement', async () => {
    await using session = await open();
    session.run('DO 0').catch(() => {});
    await seen('\0\0\0\x02');
  });
});
