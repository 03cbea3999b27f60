// npm run screenshots: the pages as they are, of a demo of its own, into docs/images.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { testingBrowser } from '@banyan/strangler/live-page/testing';
import type { Browser, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';

const root = join(import.meta.dirname, '../..');
const images = join(root, 'docs/images');
const viewport = { width: 1120, height: 1160 };
const mostBytes = 150_000;

const dataDir = await mkdtemp(join(tmpdir(), 'banyan-screenshots-'));
const env = { ...process.env, BANYAN_DATA: dataDir, BANYAN_PORT_BASE: String(await freePorts(40)) };
await using closing = new AsyncDisposableStack();
closing.defer(async () => {
  await banyan('down');
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

await banyan('up', '--rate', '5');
await banyan('prove');
const browser = closing.use(await testingBrowser());
await picture(browser, 'facade-page', await facadePage());
await picture(browser, 'status-page', await statusPage());

/** Nothing is wrong, something was proved, and the bank is at work. */
async function statusPage(): Promise<(page: Page) => Promise<void>> {
  const child = start('open', 'status');
  closing.defer(async () => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const [url] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return async (page) => {
    await page.goto(url);
    await page.getByRole('heading', { name: 'All of it works' }).waitFor();
    await page.getByRole('table', { name: 'Last transactions' }).getByRole('row').nth(8).waitFor();
  };
}

/** A route whose answers are compared. */
async function facadePage(): Promise<(page: Page) => Promise<void>> {
  const [admin, facade] = [await banyan('open', 'routes'), await banyan('open', 'facade')];
  const token = await banyan('token', '--service', 'you', '--scope', 'routes:read,routes:write');
  // Not by the command: it says who has called it, and where.
  const moved = await fetch(`${admin}routes/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'shadow', reason: 'a first look' }),
  });
  if (!moved.ok) throw new Error(`the route was not moved: ${await moved.text()}`);
  for (let asked = 0; asked < 200; asked++) await (await fetch(`${facade}?limit=5`)).text();
  return async (page) => {
    await page.goto(admin);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'accounts', exact: true }).click();
    await page
      .getByRole('row', { name: /^accounts/ })
      .getByText('of 200')
      .waitFor();
    await page.getByRole('table', { name: 'Changes' }).waitFor();
  };
}

async function picture(by: Browser, name: string, show: (page: Page) => Promise<void>): Promise<void> {
  const page = await by.newPage({ viewport, colorScheme: 'light', reducedMotion: 'reduce', timezoneId: 'UTC' });
  await show(page);
  // Where the demo lay is nothing that others have.
  const hide = "const folder = document.getElementById('folder'); if (folder) folder.style.visibility = 'hidden'";
  await page.evaluate(`document.activeElement?.blur(); scrollTo(0, 0); ${hide}`);
  const path = join(images, `${name}.png`);
  await page.screenshot({ path });
  await page.close();
  const { size } = await eventually('it is written', () => stat(path));
  if (size > mostBytes) throw new Error(`${path} has ${size} bytes, more than ${mostBytes}: show less`);
  console.error(`  picture   ${path}, ${size} bytes`);
}

function start(...args: string[]): ChildProcess {
  return spawn(join(root, 'banyan'), args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What it prints. Throws when it fails; what it says of that is on standard error. */
async function banyan(...args: string[]): Promise<string> {
  const child = start(...args);
  const ended = once(child, 'exit');
  const printed = await text(child.stdout!);
  const [code] = await ended;
  if (code !== 0) throw new Error(`banyan ${args.join(' ')} ended with ${code}`);
  return printed.trim();
}
