import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { testingBrowser } from '../../live-page/testing-browser.ts';
import { noCounts } from '../../state/evidence.ts';
import { eventually } from '../../state/testing-eventually.ts';
import { type TestingPage, testingPage } from '../testing-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await testingBrowser();
}, 180_000);
afterAll(() => browser?.close());

let shown: TestingPage | undefined;
afterEach(async () => {
  await shown?.[Symbol.asyncDispose]();
  shown = undefined;
});

async function open(options: BrowserContextOptions = {}): Promise<TestingPage> {
  shown = await testingPage(browser, options);
  return shown;
}

/** It is the page itself that waits: an assertion that becomes true in time holds. */
async function becomes(what: string, look: () => Promise<boolean>): Promise<void> {
  await eventually(what, look, 10_000);
}

const hostile = '"<img src=x onerror=alert(1)><script>alert(2)</script>"';
const when = new Date('2026-03-01T10:00:00Z');
const difference = {
  kind: "/holder'><script>alert(3)</script>",
  seen: 12,
  firstAt: when,
  lastAt: when,
  example: {
    request: 'GET /accounts/1?x=<img src=x onerror=alert(4)>',
    place: '/holder',
    monolith: hostile,
    candidate: '"<b>x</b>"',
  },
};
const change = {
  route: 'accounts',
  epoch: 1,
  at: when,
  from: { stage: 'monolith', percent: 100 },
  to: { stage: 'shadow', percent: 10 },
  who: 'service:<b>ops</b>',
  reason: '<i>a look</i>',
  forced: true,
  findings: [{ rule: 'comparisons', figure: '0', wanted: '1', sentence: '<u>0</u> of 1' }],
  evidence: null,
} as const;

describe('the page', () => {
  it('asks for a token, keeps it in the tab alone, and shows nothing more once it is forgotten', async () => {
    const { page, admin, url, signIn } = await open();
    const field = page.getByLabel('Token');
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await field.getAttribute('type')).toBe('password');
    for (const [token, why] of [
      ['no token', 'This is no bearer token.'],
      ['x.y.z', 'the token'],
      [await admin.issuer.customerToken('7'), 'this is not for customers'],
    ] as const) {
      await field.fill(token);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: why }).waitFor();
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    }
    await signIn('routes:read');
    expect(page.url()).toBe(url);
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
      1,
      0,
      '',
    ]);
    await page.reload();
    await page.getByRole('table', { name: 'All routes' }).waitFor();
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await field.waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('shows how a route is, and what changes without being loaded again, and says it', async () => {
    const { page, admin, signIn } = await open();
    admin.counts = {
      ...noCounts,
      equal: 1999,
      different: 1,
      candidateMs: noCounts.candidateMs.with(1, 20),
      monolithMs: noCounts.monolithMs.with(12, 1),
    };
    await signIn('routes:read');
    await page.evaluate(() => Object.assign(window, { isSame: true }));
    const row = page.getByRole('row', { name: /^accounts/ });
    const cells = () => row.getByRole('cell').allInnerTexts();
    expect((await cells()).map((text) => text.replaceAll('\n', ' '))).toEqual([
      'monolith',
      '99.95 % of 2,000',
      'under 1 s accounts',
      '2 ms',
      'above 5,000 ms',
      'shadow nothing against it',
    ]);
    admin.store.put({ stage: 'shadow', percent: 12.5 });
    await admin.watch.look();
    await becomes('the row tells it', async () => (await cells())[0] === 'shadow 12.5 %');
    expect((await cells())[5]).toContain('1 of 2,000 comparisons found a difference');
    expect(await page.getByRole('status').textContent()).toBe('accounts stands at shadow 12.5 % now, by facade.');
    expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
  });

  it('moves a route by the keyboard alone', async () => {
    const { page, admin, signIn } = await open();
    await signIn('routes:read', 'routes:write');
    const focused = () => page.evaluate(() => document.activeElement!.textContent);
    const tabTo = async (text: string) => {
      for (let presses = 0; (await focused()) !== text; presses++) {
        if (presses > 10) throw new Error(`nothing that is ${text} is reached by Tab`);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo('accounts');
    await page.keyboard.press('Enter');
    await becomes('the route has the focus', async () => (await focused()) === 'accounts');
    await tabTo('On to shadow…');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Move accounts to shadow' }).waitFor();
    await page.keyboard.press('Escape');
    await becomes('the button has the focus again', async () => (await focused()) === 'On to shadow…');
    await page.keyboard.press('Enter');
    await page.keyboard.type('10');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a first look');
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'shadow 10 %' }).waitFor();
    expect(await focused()).toBe('accounts');
    expect(await page.getByRole('status').textContent()).toBe('accounts stands at shadow 10 % now.');
    expect(admin.store.audits).toMatchObject([{ who: 'service:ops', reason: 'a first look', forced: false }]);
    await page.getByRole('button', { name: 'Back to monolith' }).waitFor();
    await tabTo('Back to monolith…');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page
      .getByRole('listitem')
      .filter({ hasText: /^monolith$/ })
      .and(page.locator('[aria-current=step]'))
      .waitFor();
    expect(admin.store.audits).toHaveLength(2);
  });

  it('says in words what stands against a step, and forces it with a reason', async () => {
    const { page, admin, signIn } = await open();
    admin.store.put({ stage: 'shadow', percent: 100 });
    await admin.watch.look();
    await signIn('routes:read', 'routes:write');
    await page.getByRole('link', { name: 'accounts' }).click();
    await page.getByRole('button', { name: 'On to canary' }).click();
    const dialog = page.getByRole('dialog');
    const force = dialog.getByRole('button', { name: 'Force it all the same' });
    expect(await force.isVisible()).toBe(false);
    await dialog.getByLabel('Share in %').fill('5');
    await dialog.getByRole('button', { name: 'Move to canary' }).click();
    await dialog
      .getByRole('alert')
      .getByRole('listitem')
      .filter({ hasText: /^0 of 1,000 comparisons$/ })
      .waitFor();
    expect(admin.store.audits).toEqual([]);
    await force.click();
    await dialog.getByRole('alert').filter({ hasText: 'To force a step wants a reason.' }).waitFor();
    const reason = dialog.getByLabel('Reason');
    expect(await reason.evaluate((field) => [field === document.activeElement, field.ariaInvalid])).toEqual([
      true,
      'true',
    ]);
    await reason.fill('a demo');
    await force.click();
    await page.getByRole('listitem').filter({ hasText: 'canary 5 %' }).waitFor();
    expect(admin.store.audits).toMatchObject([{ reason: 'a demo', forced: true, findings: [{ rule: 'comparisons' }] }]);
  });

  it('shows who may only see why he may not move', async () => {
    const { page, signIn } = await open();
    await signIn('routes:read');
    await page.getByRole('link', { name: 'accounts' }).click();
    await page.getByRole('button', { name: 'On to shadow' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'this wants a token with the scope routes:write' }).waitFor();
  });

  it('shows differences side by side and changes, and what clients have made up stays text', async () => {
    const { page, admin, signIn, complaints } = await open();
    admin.differences = [difference];
    admin.changes = [change];
    await signIn('routes:read');
    await page.getByRole('link', { name: 'accounts' }).click();
    const differs = page.getByRole('table', { name: 'Differences' }).getByRole('row', { name: /holder/ });
    await differs.waitFor();
    const [monolith, service] = await differs.getByRole('cell').allInnerTexts();
    expect([monolith, service]).toEqual([hostile, '"<b>x</b>"']);
    const header = page.getByRole('rowheader', { name: difference.kind });
    expect(await header.textContent()).toContain(difference.example.request);
    await header.getByText('Show it again').click();
    expect(await header.locator('pre').textContent()).toContain('/routes/accounts/compare?path=');
    const row = page.getByRole('table', { name: 'Changes' }).getByRole('row', { name: /ops/ });
    expect((await row.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll('\n', ' '))).toEqual([
      'monolith to shadow 10 %',
      'service:<b>ops</b>',
      'forced <i>a look</i> <u>0</u> of 1',
    ]);
    expect(await page.locator('main :is(script, img, b, i, u)').count()).toBe(0);
    // What somebody has opened stays open while figures change.
    admin.differences = [
      { ...difference, kind: '/new', firstAt: new Date() },
      { ...difference, seen: 13 },
    ];
    await page.getByRole('cell', { name: /^13 ×/ }).waitFor();
    expect(await header.locator('pre').isVisible()).toBe(true);
    expect(await page.getByRole('status').textContent()).toBe('accounts differs in another way: /new.');
    expect(complaints).toEqual([]);
  });

  it('says that it is cut off, and goes on by itself', async () => {
    const { page, admin, signIn, setAway } = await open();
    await signIn('routes:read');
    await page.getByText('live', { exact: true }).waitFor();
    setAway(true);
    await page.getByText(/^not connected, trying again: /).waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/^Not connected: .* What is shown is old\.$/);
    expect(await page.getByRole('table').isVisible()).toBe(true);
    admin.store.put({ stage: 'shadow', percent: 10 });
    await admin.watch.look();
    setAway(false);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('cell', { name: 'shadow 10 %' }).waitFor();
  });

  it('says when the states cannot be read, and leaves a route that there is not', async () => {
    const { page, admin, signIn, url } = await open();
    await page.goto(`${url}#acounts`);
    admin.store.isAway = true;
    await admin.watch.look();
    await signIn('routes:read');
    await page.getByText(/^The states cannot be read \(refused\); shown as they were/).waitFor();
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual(['All routes']);
    await page.getByRole('link', { name: 'accounts' }).click();
    await page.getByText('not known now: they cannot be read').first().waitFor();
  });

  it('shows a route for writes as one: its owner, its stages, no comparisons', async () => {
    const owned = { owner: 'monolith', epoch: 0, waiting: 0, conflicts: 0, rogue: 0, different: 0 } as const;
    const carrier = { working: false, reason: 'the database is away' };
    const heard = { owned: { ...owned, carrier, carriedPosition: null }, silence: null };
    const seen = { holds: 2, held: 120, longestHoldMs: 800, byService: 0, refused: new Map() };
    shown = await testingPage(
      browser,
      {},
      {
        routes: [
          {
            name: 'contact',
            method: 'PUT',
            path: '/customers/{id}/contact',
            owner: { service: 'accounts', table: 'contacts' },
            write: async () => ({ status: 200, contentType: 'application/json', body: '' }),
          },
        ],
        ports: { owners: { of: () => heard }, writes: { facts: () => seen } },
      },
    );
    const { page, signIn } = shown;
    await signIn('routes:read', 'routes:write');
    await page.getByRole('link', { name: 'contact' }).click();
    const stages = page.getByRole('list', { name: 'Where it stands' }).getByRole('listitem');
    expect(await stages.allTextContents()).toEqual(['monolith', 'service', 'retired']);
    const facts = page.locator('#route-body dl');
    for (const fact of [
      'Owner of what is writtenmonolith',
      '0 waiting, 0 conflicts, 0 rogue, 0 different, and stands still: the database is away',
      '2, of 120 writes, the longest 800 ms',
    ])
      expect(await facts.textContent()).toContain(fact);
    await page.getByRole('table', { name: 'Changes' }).or(page.getByText('It was never moved.')).waitFor();
    expect(await page.getByRole('heading', { name: 'Differences' }).count()).toBe(0);
    await page.getByRole('button', { name: 'On to service' }).click();
    await page.getByRole('dialog').getByText('New writes are held meanwhile.').waitFor();
  });

  it('asks anew when the token has expired', async () => {
    const { page, admin } = await open();
    await page.getByLabel('Token').fill(await admin.issuer.serviceToken('ops', ['routes:read'], { forS: 2 }));
    await page.keyboard.press('Enter');
    await page.getByRole('table').waitFor();
    await page.getByRole('alert').filter({ hasText: 'the token has expired' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(await page.getByLabel('Token').evaluate((field) => field === document.activeElement)).toBe(true);
  });
});

describe.each<BrowserContextOptions>([
  { colorScheme: 'light' },
  { colorScheme: 'dark', reducedMotion: 'reduce' },
  { viewport: { width: 400, height: 800 } },
])('with %j', (options) => {
  it('axe finds nothing wrong, whatever is open, and nothing is cut off', async () => {
    const { page, admin, signIn, violations, complaints } = await open(options);
    const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect([await violations(), await isWide()]).toEqual([[], false]);
    admin.differences = [difference, { ...difference, kind: `/${'long'.repeat(50)}` }];
    admin.changes = [change];
    admin.store.put({ stage: 'canary', percent: 100 });
    admin.sight.standing = { ...admin.sight.standing, silence: 'refused' };
    await admin.watch.look();
    await signIn('routes:read', 'routes:write');
    await page.getByRole('link', { name: 'accounts' }).click();
    await page.getByRole('table', { name: 'Changes' }).waitFor();
    await page.getByText('Show it again').first().click();
    expect([await violations(), await isWide()]).toEqual([[], false]);
    await page.getByRole('button', { name: 'On to service' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Force it all the same' }).waitFor();
    expect([await violations(), await isWide()]).toEqual([[], false]);
    const moves = await page
      .getByRole('button', { name: 'Move to service' })
      .evaluate((button) => getComputedStyle(button).transitionDuration);
    expect(moves).toBe(options.reducedMotion ? '0s' : '0.1s');
    expect(complaints).toEqual([]);
  });
});
