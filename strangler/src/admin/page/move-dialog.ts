import { type Child, element, part } from '../../live-page/browser/elements.ts';
import type { Finding } from '../../state/finding.ts';
import type { Stage } from '../../state/route-state.ts';
import type { StateJson } from '../json.ts';
import type { Step, WatchedRoute } from '../watched-routes.ts';

export interface MoveDialogPorts {
  token(): string;
  moved(route: string, state: StateJson): void;
  refused(why: string): void;
}

interface Asked {
  readonly route: string;
  readonly step: Step;
}

interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly findings?: readonly Finding[];
}

const isShared = (stage: Stage): boolean => stage === 'shadow' || stage === 'canary';

const notes = {
  forward: 'Its gate must be open.',
  back: 'It is made at once, without a gate.',
  share: 'A larger share must pass the gate; a smaller one is made at once.',
} as const;
const writeNote = 'New writes are held meanwhile. What is not done in time is undone.';

/** Asks for what a step wants, has the facade make it, and says in words why it was refused. */
export class MoveDialog {
  readonly #ports: MoveDialogPorts;
  readonly #dialog = part<HTMLDialogElement>('move');
  readonly #percent = part<HTMLInputElement>('move-percent');
  readonly #reason = part<HTMLInputElement>('move-reason');
  readonly #force = part<HTMLButtonElement>('move-force');
  readonly #go = part<HTMLButtonElement>('move-go');
  #asked: Asked | null = null;
  #isBusy = false;

  constructor(ports: MoveDialogPorts) {
    this.#ports = ports;
    part('move-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#make(false);
    });
    this.#force.addEventListener('click', () => void this.#make(true));
    part('move-cancel').addEventListener('click', () => this.#dialog.close());
  }

  open({ name, kind, state }: WatchedRoute, step: Step): void {
    this.#asked = { route: name, step };
    const { stage, direction } = step;
    part('move-title').textContent = `Move ${name} to ${stage}`;
    const last = stage === 'retired' ? ' From retired there is no way back: the monolith is asked no more.' : '';
    part('move-note').textContent = (kind === 'write' && stage !== 'retired' ? writeNote : notes[direction]) + last;
    part('move-share').hidden = !isShared(stage);
    this.#percent.value = direction === 'share' ? String(state.percent) : stage === 'canary' ? '5' : '100';
    this.#reason.value = '';
    this.#say();
    this.#force.hidden = true;
    this.#go.textContent = direction === 'back' ? `Back to ${stage}` : `Move to ${stage}`;
    this.#dialog.showModal();
    // Selected: what is typed takes its place.
    (isShared(stage) ? this.#percent : this.#reason).select();
  }

  close(): void {
    this.#dialog.close();
  }

  async #make(force: boolean): Promise<void> {
    if (this.#asked === null || this.#isBusy) return;
    const { route, step } = this.#asked;
    const [percent, reason] = [this.#percent.valueAsNumber, this.#reason.value.trim()];
    if (isShared(step.stage) && !(percent > 0 && percent <= 100))
      return this.#wrong(this.#percent, 'A share is 0.01 to 100 %.');
    if (force && reason === '') return this.#wrong(this.#reason, 'To force a step wants a reason.');
    this.#say();
    this.#setBusy(true);
    try {
      await this.#ask(route, { to: step.stage, ...(isShared(step.stage) ? { percent } : {}), reason, force });
    } catch (error) {
      this.#say(element('p', {}, `The facade does not answer: ${(error as Error).message}`));
    } finally {
      this.#setBusy(false);
    }
  }

  async #ask(route: string, body: object): Promise<void> {
    const answer = await fetch(`routes/${encodeURIComponent(route)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#ports.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const said = (await answer.json()) as { readonly state: StateJson } & ProblemJson;
    if (answer.ok) {
      this.#dialog.close();
      this.#ports.moved(route, said.state);
    } else if (answer.status === 401) {
      this.#dialog.close();
      this.#ports.refused(said.detail);
    } else this.#refuse(said);
  }

  /** The findings each in a line of its own, and a way on against them. */
  #refuse({ type, title, detail, remedy, findings = [] }: ProblemJson): void {
    const sentences = findings.map(({ sentence }) => element('li', {}, sentence));
    const body: Child[] = sentences.length > 0 ? [element('ul', {}, ...sentences)] : [element('p', {}, detail)];
    this.#say(element('p', {}, element('strong', {}, title)), ...body, remedy ? element('p', {}, remedy) : null);
    this.#force.hidden = !type.endsWith(':gate-refused');
  }

  #wrong(field: HTMLInputElement, text: string): void {
    this.#say(element('p', {}, text));
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  #say(...children: readonly Child[]): void {
    for (const field of [this.#percent, this.#reason]) field.removeAttribute('aria-invalid');
    part('move-wrong').replaceChildren(...children.filter((child) => child !== null));
  }

  /** Not by `disabled`, as what has the focus would lose it. */
  #setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    part('move-form').setAttribute('aria-busy', String(isBusy));
  }
}
