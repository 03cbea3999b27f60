import { describe, expect, it } from '@jest/globals';
import { formsOf, Traces } from './traces.ts';

const pan = '4000001234567899';
const around = (bytes: Buffer) => ({
  where: 'here',
  bytes: Buffer.concat([Buffer.from('ab'), bytes, Buffer.from('cd')]),
});

describe('Traces', () => {
  it.each([
    ['plain', Buffer.from(pan)],
    ['UTF-16', Buffer.from(pan, 'utf16le')],
    ['hex', Buffer.from(Buffer.from(pan).toString('hex'))],
    ['packed digits', Buffer.from(pan, 'hex')],
    ['base64', Buffer.from(Buffer.from(`x${pan}y`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`xy${pan}`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`xyz${pan}123`).toString('base64'))],
    ['groups', Buffer.from('4000 0012 3456 7899')],
  ])('finds a number as %s', async (_, bytes) => {
    const traces = await new Traces([pan]).lookIn([around(bytes)]);
    expect(traces.of(pan)).not.toEqual([]);
  });

  it('finds every form that it knows, and not another number', async () => {
    for (const [form, bytes] of formsOf(pan))
      expect((await new Traces([pan]).lookIn([around(bytes)])).of(pan)).toContain(`here: ${form}`);
    expect((await new Traces([pan]).lookIn([around(Buffer.from('4000001234567898'))])).of(pan)).toEqual([]);
  });
});
