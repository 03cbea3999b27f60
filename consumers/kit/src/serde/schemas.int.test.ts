import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { KitError } from '../errors.ts';
import { testStack } from '../testkit/test-stack.ts';
import { Schemas } from './schemas.ts';

const asked: IncomingMessage[] = [];
let server: Server | null = null;
afterEach(async () => {
  asked.length = 0;
  server?.closeAllConnections();
  await new Promise((closed) => (server ? server.close(closed) : closed(null)));
  server = null;
});

/** A registry that answers as told, at `user:password@` when given. */
async function registry(answer: (response: ServerResponse) => void, account = ''): Promise<string> {
  server = createServer((request, response) => {
    asked.push(request);
    answer(response);
  });
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return `http://${account}127.0.0.1:${address.port}`;
}
const text =
  (body: string, status = 200) =>
  (response: ServerResponse) => {
    response.statusCode = status;
    response.end(body);
  };
const longs = JSON.stringify({ schema: '"long"' });

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('Schemas', () => {
  it('fetches a schema once, by its id', async () => {
    const schemas = new Schemas(`${await registry(text(longs))}/apis/ccompat/v7/`);
    expect(schemas.known(7)).toBeUndefined();
    const read = await schemas.fetch(7);
    expect(schemas.known(7)).toBe(read);
    expect(read(Buffer.from('80808080808080808001', 'hex'))).toBe(2n ** 62n);
    expect(asked.map(({ url }) => url)).toEqual(['/apis/ccompat/v7/schemas/ids/7']);
  });

  it('reads each schema anew, so that two may name a record alike', async () => {
    const versions = ['a', 'b'].map((name) => ({
      type: 'record',
      name: 'Value',
      fields: [{ name, type: 'string' }],
    }));
    const schemas = new Schemas(
      await registry((response) => text(JSON.stringify({ schema: JSON.stringify(versions.shift()) }))(response)),
    );
    const [first, second] = [await schemas.fetch(1), await schemas.fetch(2)];
    const bytes = Buffer.from([2, 0x78]);
    expect([first(bytes), second(bytes)]).toEqual([{ a: 'x' }, { b: 'x' }]);
  });

  it('sends the account in the URL, and tells it nobody', async () => {
    const url = await registry(text('no', 403), 'reader:s%40cret@');
    const error: Error = await new Schemas(url).fetch(7).then(
      () => new Error('it came'),
      (thrown) => thrown,
    );
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('reader:s@cret').toString('base64')}`);
    expect(error.message).toContain('403');
    expect(`${error.message} ${error.stack}`).not.toMatch(/cret/);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['404', text('{"error_code":40403,"message":"Schema not found"}', 404), 'schema-unknown'],
    ['404 without a body', text('', 404), 'schema-unknown'],
    ['500', text('oops', 500), 'registry-unreachable'],
    // The registry client used before ended the process on this one, by an unhandled rejection.
    ['503 with null', text('null', 503), 'registry-unreachable'],
    ['401', text('{"message":"no"}', 401), 'registry-unreachable'],
    ['a page', text('<html>maintenance</html>'), 'registry-unreachable'],
    ['nothing', text(''), 'registry-unreachable'],
    ['null', text('null'), 'registry-unreachable'],
    ['another JSON', text('{"schema":{"type":"long"}}'), 'registry-unreachable'],
    ['a connection that breaks', (response) => response.destroy(), 'registry-unreachable'],
    [
      // … and waited for ever on this one.
      'an answer that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"schema":', () => response.destroy());
      },
      'registry-unreachable',
    ],
    ['silence', () => {}, 'registry-unreachable'],
    [
      'silence after the beginning',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"schema":');
      },
      'registry-unreachable',
    ],
  ])('%s is worth waiting for, and is asked for again', async (_, answer, code) => {
    let failing = true;
    const url = await registry((response) => (failing ? answer(response) : text(longs)(response)));
    const schemas = new Schemas(url, 300);
    const error: unknown = await schemas.fetch(7).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'KitError', code, retriable: true });
    expect((error as KitError).message).toContain(`schema 7 at the registry ${url}`);
    failing = false;
    expect(await schemas.fetch(7)).toBe(schemas.known(7));
  });

  it('a registry that is away is worth waiting for', async () => {
    const url = await registry(text(longs));
    await new Promise((closed) => server!.close(closed));
    server = null;
    const error: unknown = await new Schemas(url).fetch(7).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'registry-unreachable' });
    expect((error as Error).message).toContain('ECONNREFUSED'); // not "fetch failed" alone
  });

  it.each([
    ['JSON Schema', { schemaType: 'JSON', schema: '{"type":"string"}' }],
    ['Protobuf', { schemaType: 'PROTOBUF', schema: 'syntax = "proto3";' }],
    ['no schema', { schema: 'this is none' }],
    ['a type nobody knows', { schema: '{"type":"nonsense"}' }],
    ['references', { schema: '"long"', references: [{ name: 'x', subject: 'x', version: 1 }] }],
  ])('%s stops: no waiting would mend it', async (_, answer) => {
    const schemas = new Schemas(await registry(text(JSON.stringify(answer))));
    await expect(schemas.fetch(7)).rejects.toMatchObject({ code: 'undecodable', retriable: false });
    expect(schemas.known(7)).toBeUndefined();
  });

  it('knows the real registry’s answer to an unknown id', async () => {
    const schemas = new Schemas(testStack().registryUrl);
    await expect(schemas.fetch(2_000_000_000)).rejects.toMatchObject({ code: 'schema-unknown' });
  });
});
