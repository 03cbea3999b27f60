import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A tab of a browser of its own, which is watched. */
export interface TestingTab extends AsyncDisposable {
  readonly page: Page;
  /** What the browser has complained of: errors of scripts, what the policy has kept away, dialogs. */
  readonly complaints: readonly string[];
  /** What axe-core finds wrong, of everything it knows. */
  violations(): Promise<string[]>;
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function testingTab(browser: Browser, options: BrowserContextOptions = {}): Promise<TestingTab> {
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
  return {
    page,
    complaints,
    violations: async () => {
      await page.evaluate(axe);
      const found = await page.evaluate('axe.run()');
      const { violations } = found as {
        readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[];
      };
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
