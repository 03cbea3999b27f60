import { part } from '@banyan/strangler/live-page/browser/elements';
import { patchChildren } from '@banyan/strangler/live-page/browser/patch';
import type { StatusTold, Told, TransactionsTold } from '../told.ts';
import { stopSection, topicSection, transactionTable } from './other-sections.ts';
import { connectorTable, partList, problemList, serviceTable } from './status-sections.ts';
import { problemNews, verdictText } from './text.ts';
import { listenTo } from './told-events.ts';

/** The whole page: what is told is shown as it comes, in place, and what a person should hear of it is said once. */
export class StatusPage {
  #status: StatusTold | null = null;
  #lost: string | null = null;
  #held: TransactionsTold | null = null;
  #isHeld = false;

  start(): void {
    document.addEventListener('click', (event) => void this.#clicked(event.target as Element));
    listenTo({
      told: (name, told) => this.#told(name, told),
      connected: (lost) => this.#connected(lost),
    });
  }

  #told<Name extends keyof Told>(name: Name, told: Told[Name]): void {
    if (name === 'status') this.#showStatus(told as StatusTold);
    if (name === 'stops') patchChildren(part('stops'), stopSection(told as Told['stops']));
    if (name === 'topics') patchChildren(part('topics'), topicSection(told as Told['topics']));
    if (name === 'transactions') this.#showTransactions(told as TransactionsTold);
  }

  #showStatus(now: StatusTold): void {
    this.#say(problemNews(this.#status, now));
    this.#status = now;
    const verdict = verdictText(now);
    const isWrong = now.problems.length > 0;
    document.title = isWrong ? `${verdict} – Banyan` : 'Banyan';
    part('verdict').textContent = verdict;
    part('verdict').className = isWrong ? 'wrong' : 'fine';
    part('folder').textContent = now.dataDir;
    part('known').hidden = false;
    patchChildren(part('problems'), problemList(now.problems));
    patchChildren(part('services'), serviceTable(now.services));
    patchChildren(part('connectors'), connectorTable(now));
    patchChildren(part('parts'), partList(now));
  }

  /** While they are held the newest wait, so that somebody can read what he sees. */
  #showTransactions(told: TransactionsTold): void {
    this.#held = told;
    if (!this.#isHeld) patchChildren(part('transactions'), transactionTable(told));
  }

  #connected(lost: string | null): void {
    if (lost === this.#lost && part('connection').textContent !== 'connecting…') return;
    if (lost !== null && this.#lost === null) this.#say([`Not connected: ${lost}. What is shown is old.`]);
    if (lost === null && this.#lost !== null) this.#say(['Connected again.']);
    this.#lost = lost;
    part('connection').textContent = lost === null ? 'live' : `not connected, trying again: ${lost}`;
    part('connection').classList.toggle('wrong', lost !== null);
  }

  async #clicked(target: Element): Promise<void> {
    const button = target.closest('button');
    if (button?.id === 'hold') this.#hold(button);
    const text = button?.dataset.copy;
    if (!button || text === undefined) return;
    try {
      await navigator.clipboard.writeText(text);
      this.#say([`Copied: ${text}`]);
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(button.previousElementSibling!);
      this.#say(['The browser does not copy it: it is selected.']);
    }
  }

  #hold(button: Element): void {
    this.#isHeld = !this.#isHeld;
    button.setAttribute('aria-pressed', String(this.#isHeld));
    if (this.#held) this.#showTransactions(this.#held);
  }

  #say(sentences: readonly string[]): void {
    if (sentences.length > 0) part('said').textContent = sentences.join(' ');
  }
}
