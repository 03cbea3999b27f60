// 10,000 clients whose reads wait: for a monolith that says nothing, and for a read model that is late.
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { sharesOf } from './facade.ts';
import { eventually } from './state/testing-eventually.ts';
import { Crowd, type CrowdAnswer } from './testing-crowd.ts';
import { TestMonolith } from './testing-monolith.ts';
import { ReadAfterTokens } from './token/read-after.ts';

jest.setTimeout(300_000); // for a machine that is busy with other things

/** Each client is a file on either side; there may be fewer of them where a process may not have so many. */
const files = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
const clients = Math.min(10_000, files === 'unlimited' ? 10_000 : Number(files) - 1500);
const { atMonolith, waiting } = sharesOf(2000);
/** Of which 10,000 connections that have been answered keep half. */
const heapMb = 128;

let monolith: TestMonolith;
let service: Server;
let facade: ChildProcess;
let url: string;
let token: string;
/** Reads that the service lets wait, and what the monolith has not answered. */
let late: ServerResponse[];
let silent: ServerResponse[];
const crowds: Crowd[] = [];

beforeEach(async () => {
  if (clients < 4000)
    throw new Error(`ulimit -n is ${files}; this test wants 12,000 files open, and 5,500 at the least`);
  [late, silent] = [[], []];
  monolith = await TestMonolith.start();
  service = createServer((request, response) => {
    if (request.url!.includes('at-least')) late.push(response);
    else response.writeHead(200, standing).end('{"data":{}}');
  });
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  const key = randomBytes(32);
  token = new ReadAfterTokens({ keys: [key] }).sign('0-1-9');
  const at = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  facade = fork(join(import.meta.dirname, 'testing-waiting-facade.ts'), [monolith.url, at, key.toString('base64')], {
    execArgv: [`--max-old-space-size=${heapMb}`, '--disable-warning=ExperimentalWarning'],
  });
  [{ url }] = (await once(facade, 'message')) as [{ url: string }];
});
afterEach(async () => {
  for (const crowd of crowds.splice(0)) crowd.leave();
  if (facade.exitCode === null && facade.signalCode === null) {
    facade.kill('SIGKILL');
    await once(facade, 'exit');
  }
  await monolith.stop();
  service.closeAllConnections();
  service.close();
});

const standing = { 'banyan-position': '0-1-5', 'banyan-age-ms': '3' };
const fellSilent: TestMonolith['handle'] = (_request, response) => void silent.push(response);
const speaks: TestMonolith['handle'] = (_request, response) => void response.end('the monolith');

async function crowdOf(count: number): Promise<Crowd> {
  const crowd = await Crowd.of(count, url);
  crowds.push(crowd);
  return crowd;
}

function speakAgain(): void {
  monolith.handle = speaks;
  for (const response of silent.splice(0)) response.end('the monolith');
}

const refused = (answers: readonly CrowdAnswer[]) => answers.filter(({ status }) => status === 503);

function expectClean(answers: readonly CrowdAnswer[]): void {
  for (const { status, text } of answers) {
    if (status === 200) expect(text).toMatch(/the monolith$/);
    else expect(text).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*urn:problem-type:banyan:/i);
  }
}

const another = async (path: string) => {
  const answer = await fetch(url + path);
  return [answer.status, answer.headers.get('banyan-route'), await answer.text()];
};

it('a silent monolith keeps so many waiting, the rest is refused, and services answer on; nothing of it stays', async () => {
  const crowd = await crowdOf(clients);
  for (let round = 0; round < 2; round++) {
    monolith.handle = fellSilent;
    crowd.ask('/page');
    await crowd.answered(clients - atMonolith);
    expect(await another('/service/7')).toEqual([200, 'service', '{"data":{}}']);
    expect(crowd.answers).toHaveLength(clients - atMonolith);
    expect(refused(crowd.answers)).toHaveLength(clients - atMonolith);
    speakAgain();
    await crowd.answered(clients);
    expect(crowd.answers.filter(({ status }) => status === 200)).toHaveLength(atMonolith);
    expectClean(crowd.answers);
  }
  expect(facade.exitCode).toBeNull();
});

it('clients that go while they wait give their places back', async () => {
  const crowd = await crowdOf(clients);
  monolith.handle = fellSilent;
  crowd.ask('/page');
  await crowd.answered(clients - atMonolith);
  crowd.leave();
  monolith.handle = speaks;
  await eventually('the monolith is asked again', async () => (await another('/page'))[0] === 200);
  const next = await crowdOf(atMonolith + 100);
  monolith.handle = fellSilent;
  next.ask('/page');
  await next.answered(100);
  expect(refused(next.answers)).toHaveLength(100);
  speakAgain();
  await next.answered(atMonolith + 100);
  expect(refused(next.answers)).toHaveLength(100);
});

it('a late read model keeps so many waiting, the others have the monolith’s answer, and who has written nothing the service’s', async () => {
  const crowd = await crowdOf(clients);
  for (let round = 0; round < 2; round++) {
    crowd.ask('/service/1', `Banyan-Read-After: ${token}\r\n`);
    await crowd.answered(clients - waiting);
    await eventually('the service is asked', () => late.length === waiting);
    expect(await another('/service/7')).toEqual([200, 'service', '{"data":{}}']);
    for (const response of late.splice(0))
      response.writeHead(503).end('{"type":"urn:problem-type:banyan:position-not-reached"}');
    await crowd.answered(clients);
    expectClean(crowd.answers);
    expect(late).toHaveLength(0);
  }
});

it('where the monolith answers no more, those that may not wait are refused', async () => {
  const crowd = await crowdOf(clients);
  crowd.ask('/retired/1', `Banyan-Read-After: ${token}\r\n`);
  await crowd.answered(clients - waiting);
  await eventually('the service is asked', () => late.length === waiting);
  expect(await another('/retired/7')).toEqual([200, 'retired', '{"data":{}}']);
  expect(refused(crowd.answers)).toHaveLength(clients - waiting);
  expectClean(crowd.answers);
  for (const response of late.splice(0)) response.writeHead(200, standing).end('{"data":{}}');
  await crowd.answered(clients);
  expect(crowd.answers.filter(({ status }) => status === 200)).toHaveLength(waiting);
  expect(monolith.seen.filter(({ url: path }) => path !== '/first')).toEqual([]);
});
