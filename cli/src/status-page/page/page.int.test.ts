import { type TestingTab, testingBrowser, testingTab } from '@banyan/strangler/live-page/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { foldStatus } from '../fold-status.ts';
import { foldStops } from '../fold-stops.ts';
import { type PageServer, pageServer } from '../page-server.ts';
import { type TestingFeeds, testingFeeds } from '../testing-feeds.ts';
import { hostile, parkedKey, registryDied, stopped, wellLooked } from '../testing-told.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await testingBrowser();
}, 180_000);
afterAll(() => browser?.close());

let told: TestingFeeds;
let server: PageServer;
let tab: TestingTab | undefined;
beforeEach(async () => {
  told = testingFeeds();
  told.tell('status', foldStatus(wellLooked, 1));
  told.tell('stops', foldStops([], []));
  told.tell('topics', { topics: [{ topic: 'bank.transaction', partitions: 1, messages: 84 }], problem: null });
  told.tell('transactions', { transactions: [transaction(42)], problem: null });
  server = await pageServer(told.feeds, 0);
});
afterEach(async () => {
  await tab?.[Symbol.asyncDispose]();
  tab = undefined;
  await server[Symbol.asyncDispose]();
});

async function open(options: BrowserContextOptions = {}): Promise<TestingTab> {
  tab = await testingTab(browser, options);
  await tab.page.goto(server.url);
  await tab.page.getByRole('heading', { name: 'All of it works' }).waitFor();
  return tab;
}

const transaction = (sequence: number, table = 'bank.accounts') => ({
  ...{ gtid: `0-1-${sequence}`, atMs: 1_767_225_600_000 + sequence, isOpen: false },
  tables: [
    { table, what: '2 updated' },
    { table: 'bank.ledger_lines', what: '2 created' },
  ],
});

/** All that there can be at once. */
function tellEverythingIll(): void {
  const [projector, api] = registryDied.seen.projections;
  const proof = { ...api!.proof!, state: 'different', differences: 3 } as const;
  const part = { name: hostile, state: 'silent', port: 1, reason: hostile } as const;
  const seen = {
    ...registryDied.seen,
    parts: [...registryDied.seen.parts, part],
    projections: [projector!, { ...api!, proof }, { ...projector!, name: `n${'long'.repeat(40)}${hostile}` }],
    connectors: [{ ...registryDied.seen.connectors[0]!, name: hostile, state: 'FAILED' }],
  };
  const problems = [...registryDied.problems, { where: hostile, code: 'x', message: hostile, remedy: hostile }];
  told.tell('status', foldStatus({ seen, problems }, 2));
  const parked = [parkedKey, { ...parkedKey, key: JSON.stringify([hostile]) }];
  told.tell('stops', foldStops([{ service: 'accounts', stops: [stopped], parked }], [`customers: ${hostile}`]));
  told.tell('transactions', { transactions: [transaction(43, hostile), transaction(42)], problem: hostile });
  told.tell('topics', { topics: [{ topic: hostile, partitions: 1, messages: 1 }], problem: null });
}

describe('the page', () => {
  it('shows what is told, and what changes without being loaded again, and says it', async () => {
    const { page, complaints } = await open();
    const row = page.getByRole('table', { name: 'Services' }).getByRole('row', { name: 'accounts' });
    const cells = () => row.getByRole('cell').allInnerTexts();
    expect((await cells()).map((text) => text.replaceAll('\n', ' '))).toEqual([
      ...['streaming', 'answers', 'under 1 s', '0-1-42', '3', '4,323 rows 99 transactions', 'equal 60 s ago'],
    ]);
    await page.getByRole('row', { name: '0-1-42' }).getByText('bank.ledger_lines 2 created').waitFor();
    await page.evaluate(() => Object.assign(window, { isSame: true }));
    told.tell('status', foldStatus(registryDied, 2));
    await page.getByRole('heading', { name: '2 problems' }).waitFor();
    expect(await page.title()).toBe('2 problems – Banyan');
    const problem = page.getByRole('listitem').filter({ hasText: 'registry has ended by itself' });
    expect(await problem.locator('code').allInnerTexts()).toEqual(['banyan logs registry', 'banyan up']);
    expect(await page.getByRole('status').textContent()).toBe(
      'registry: registry has ended by itself. accounts (project): the registry is away.',
    );
    expect((await cells())[0]).toBe('waiting');
    told.tell('status', foldStatus(wellLooked, 3));
    await page.getByRole('heading', { name: 'All of it works' }).waitFor();
    expect(await page.getByRole('status').textContent()).toBe('All of it works again.');
    expect([await page.title(), await problem.count()]).toEqual(['Banyan', 0]);
    expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('does nothing but give commands to copy, by the keyboard too', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    tellEverythingIll();
    await page.getByText("banyan skip accounts bank.bank.accounts/0@1536 --reason ''").waitFor();
    expect(await page.locator('form, input, a[href^=http]').count()).toBe(0);
    const focused = () => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));
    for (const command of [
      'banyan up',
      'banyan repair accounts',
      "banyan unpark accounts accounts '$(reboot) '\\''7'",
    ]) {
      for (let presses = 0; (await focused()) !== `Copy ${command}`; presses++) {
        if (presses > 40) throw new Error(`${command} is not reached by Tab`);
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page
        .getByRole('status')
        .filter({ hasText: `Copied: ${command}` })
        .waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
    }
    // What has the focus keeps it while figures change.
    told.tell(
      'stops',
      foldStops([{ service: 'accounts', stops: [{ ...stopped, offset: 1537n }, stopped], parked: [parkedKey] }], []),
    );
    await page.getByRole('list', { name: 'How it goes on' }).nth(1).waitFor();
    expect(await focused()).toContain('banyan unpark');
  });

  it('shows whatever names and rows say as text', async () => {
    const { page, complaints } = await open();
    tellEverythingIll();
    await page.getByText('Not known of customers: <img src=x onerror=alert(1)>').waitFor();
    await page.getByRole('row', { name: '0-1-43' }).getByText('<img src=x').waitFor();
    await page.getByText('1 topic, 1 message').click();
    await page.getByRole('rowheader', { name: '<script>alert(2)</script>\\u202e\\x1b[31m' }).first().waitFor();
    expect(await page.locator('main :is(script, img)').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('holds the transactions for who reads them', async () => {
    const { page } = await open();
    const hold = page.getByRole('button', { name: 'Hold' });
    await hold.press('Space');
    expect(await hold.getAttribute('aria-pressed')).toBe('true');
    told.tell('transactions', { transactions: [transaction(43), transaction(42)], problem: null });
    // Events come in order: this one is shown, so the other was there.
    told.tell('status', foldStatus(registryDied, 2));
    await page.getByRole('heading', { name: '2 problems' }).waitFor();
    expect(await page.getByRole('row', { name: '0-1-43' }).count()).toBe(0);
    await hold.press('Space');
    await page.getByRole('row', { name: '0-1-43' }).waitFor();
  });

  it('says that it is cut off, and goes on by itself', async () => {
    const { page } = await open();
    await page.getByText('live', { exact: true }).waitFor();
    await server[Symbol.asyncDispose]();
    await page.getByText(/^not connected, trying again: /).waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/^Not connected: .* What is shown is old\.$/);
    expect(await page.getByRole('table').first().isVisible()).toBe(true);
    told.tell('status', foldStatus(registryDied, 2));
    server = await pageServer(told.feeds, Number(new URL(server.url).port));
    await page.getByRole('heading', { name: '2 problems' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });
});

describe.each<BrowserContextOptions>([
  { colorScheme: 'light' },
  { colorScheme: 'dark', reducedMotion: 'reduce' },
  { viewport: { width: 400, height: 800 } },
])('with %j', (options) => {
  it('axe finds nothing wrong, well or ill, and nothing is cut off', async () => {
    const { page, violations, complaints } = await open(options);
    const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    await page.getByText('1 topic, 84 messages').click();
    expect([await violations(), await isWide()]).toEqual([[], false]);
    tellEverythingIll();
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('Not known of customers').waitFor();
    await page.getByRole('heading', { name: '3 problems' }).waitFor();
    expect([await violations(), await isWide()]).toEqual([[], false]);
    expect(complaints).toEqual([]);
  });
});
