// Whole facades, with all that they are made of, over a real database.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DevIssuer } from '@banyan/kit';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type OpenFacade, openFacade } from './open-facade.ts';
import { type TestingDatabase, testingDatabase } from './state/testing-database.ts';
import { eventually } from './state/testing-eventually.ts';
import { TestMonolith } from './testing-monolith.ts';
import { TestingOwner } from './write/testing-owner.ts';
import { contact } from './write/testing-replica.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

let database: TestingDatabase;
let monolith: TestMonolith;
let owner: TestingOwner;
let issuer: DevIssuer;
let folder: string;
const facades: OpenFacade[] = [];
const logged: Readonly<Record<string, unknown>>[] = [];
beforeEach(async () => {
  database = await testingDatabase();
  monolith = await TestMonolith.start();
  owner = new TestingOwner([]);
  folder = await mkdtemp(join(tmpdir(), 'facade-'));
  issuer = await DevIssuer.open({ audience: 'bank' });
  await writeFile(join(folder, 'keys'), JSON.stringify(issuer.keySet));
  await writeFile(join(folder, 'read-after'), randomBytes(32).toString('base64'));
  await writeFile(join(folder, 'token'), 'a token');
  const services = { contacts: await owner.start() };
  for (let index = 0; index < 2; index++) {
    const { database: _, ...source } = database.access;
    const at = { port: 0, host: '127.0.0.1' };
    const config = {
      ...at,
      admin: at,
      monolith: new URL(monolith.url),
      services,
      source,
      requests: 1000,
      writeLeaseMs: 30_000,
    };
    const files = { serviceTokenFile: join(folder, 'token'), readAfterKeyFile: join(folder, 'read-after') };
    const auth = { jwksUrl: pathToFileURL(join(folder, 'keys')).href, issuer: DevIssuer.issuer, audience: 'bank' };
    const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
    facades.push(await openFacade([contact], { ...config, ...files, auth, database: database.access }, log));
  }
  // Whatever the source says: the service is that far.
  owner.position = () => '0-1-99999999999';
});
afterEach(async () => {
  for (const one of facades.splice(0)) await one.close();
  await owner.stop();
  await monolith.stop();
  await rm(folder, { recursive: true });
  await database[Symbol.asyncDispose]();
});

async function ask(index: number, path: string, body?: object) {
  const authorization = `Bearer ${await issuer.serviceToken('ops', ['routes:read', 'routes:write'])}`;
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
  const sent = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  const answer = await fetch(facades[index]!.adminUrl + path, { headers, ...sent });
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  return (await answer.json()) as any;
}

const write = async (index: number) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${facades[index]!.url}/customers/7/contact`, {
    method: 'PUT',
    headers,
    body: '{"email":"a"}',
  });
  return await answer.text();
};

it('a route for writes goes to the service and back, asked of either facade, and one that was closed is waited for no more', async () => {
  expect([await write(0), await write(1)]).toEqual(['the monolith', 'the monolith']);
  await eventually('its gate is open', async () => {
    const [route] = (await ask(0, '/routes')).routes;
    return route.next.findings?.length === 0;
  });
  expect(await ask(0, '/routes/contact', { to: 'service' })).toMatchObject({
    state: { stage: 'service', phase: 'settled', epoch: 2, ownerEpoch: 2 },
  });
  await eventually('both know', async () => (await write(1)).includes('"by":"service"'));
  expect(await write(0)).toContain('"by":"service"');
  expect(await ask(1, '/routes/contact', { to: 'shadow' })).toMatchObject({
    type: 'urn:problem-type:banyan:no-such-step',
  });
  expect(await ask(1, '/routes/contact', { to: 'monolith' })).toMatchObject({ state: { stage: 'monolith', epoch: 4 } });
  const replicas = () => database.session.rows('SELECT replica FROM banyan_replica');
  expect(await replicas()).toHaveLength(2);
  await facades.pop()!.close();
  expect(await replicas()).toHaveLength(1);
  expect(await ask(0, '/routes/contact', { to: 'service' })).toMatchObject({ state: { stage: 'service', epoch: 6 } });
  const { changes } = await ask(0, '/routes/contact/changes');
  expect(changes[0]).toMatchObject({ to: { stage: 'service' }, who: 'service:ops', write: { replicas: 1 } });
  expect(changes[0].write.holdMs).toBeLessThan(2000);
  await eventually('it is asked', async () => (await ask(0, '/routes')).routes[0].write.epoch === 6);
  const metrics = await (await fetch(`${facades[0]!.adminUrl}/metrics`)).text();
  expect(metrics).toContain('banyan_route_holds_total{route="contact"} 3\n');
  expect(metrics).toContain('banyan_route_stage{route="contact",stage="service"} 1\n');
});
