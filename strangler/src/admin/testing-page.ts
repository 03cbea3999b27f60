import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { type TestingTab, testingTab } from '../live-page/testing-tab.ts';
import { type TestingAdmin, type TestingWrites, testingAdmin } from './testing-admin.ts';

/** The page in a browser, before an admin server of its own. */
export interface TestingPage extends TestingTab {
  readonly admin: TestingAdmin;
  readonly url: string;
  /** Nobody gets through, and who is through is cut off. */
  setAway(isAway: boolean): void;
  signIn(...scopes: string[]): Promise<void>;
}

export async function testingPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  writes?: TestingWrites,
): Promise<TestingPage> {
  const admin = await testingAdmin(writes);
  const relay = await relayTo(Number(new URL(admin.url).port));
  const tab = await testingTab(browser, options);
  const { page } = tab;
  await page.goto(relay.url);
  return {
    ...tab,
    admin,
    url: relay.url,
    setAway: relay.setAway,
    signIn: async (...scopes) => {
      await page.getByLabel('Token').fill(await admin.token(...scopes));
      await page.keyboard.press('Enter');
      await page.getByRole('table', { name: 'All routes' }).waitFor();
    },
    [Symbol.asyncDispose]: async () => {
      await tab[Symbol.asyncDispose]();
      relay.close();
      await admin[Symbol.asyncDispose]();
    },
  };
}

async function relayTo(port: number) {
  const sockets = new Set<Socket>();
  let isAway = false;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((socket) => {
    if (isAway) return void socket.destroy();
    const other = connect(port, '127.0.0.1');
    for (const [one, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(to);
      one
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(one);
          to.destroy();
        });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    setAway: (away: boolean) => {
      isAway = away;
      if (away) cut();
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
