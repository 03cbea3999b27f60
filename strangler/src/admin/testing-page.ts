import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type TestingAdmin, type TestingWrites, testingAdmin } from './testing-admin.ts';

/** The page in a browser, before an admin server of its own. */
export interface TestingPage extends AsyncDisposable {
  readonly admin: TestingAdmin;
  readonly page: Page;
  readonly url: string;
  /** What the browser has complained of: errors of scripts, what the policy has kept away, dialogs. */
  readonly complaints: readonly string[];
  /** Nobody gets through, and who is through is cut off. */
  setAway(isAway: boolean): void;
  signIn(...scopes: string[]): Promise<void>;
  /** What axe-core finds wrong, of everything it knows. */
  violations(): Promise<string[]>;
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function testingPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  writes?: TestingWrites,
): Promise<TestingPage> {
  const admin = await testingAdmin(writes);
  const relay = await relayTo(Number(new URL(admin.url).port));
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
  });
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(relay.url);
  return {
    admin,
    page,
    url: relay.url,
    complaints,
    setAway: relay.setAway,
    signIn: async (...scopes) => {
      await page.getByLabel('Token').fill(await admin.token(...scopes));
      await page.keyboard.press('Enter');
      await page.getByRole('table', { name: 'All routes' }).waitFor();
    },
    violations: async () => {
      await page.evaluate(axe);
      const found = await page.evaluate('axe.run()');
      const { violations } = found as {
        readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[];
      };
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
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
