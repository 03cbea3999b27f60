import { part } from '../../live-page/browser/elements.ts';

const key = 'banyan-token';

/** The token of this tab: asked for, kept in the tab's own storage, in no URL. */
export class TokenForm {
  readonly #form = part<HTMLFormElement>('token-form');
  readonly #field = part<HTMLInputElement>('token');
  readonly #wrong = part('token-wrong');

  constructor(given: (token: string) => void) {
    part('token-plain').hidden = window.isSecureContext;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.#field.value.trim().replace(/^Bearer +/i, '');
      if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return this.ask('This is no bearer token.');
      sessionStorage.setItem(key, token);
      this.#field.value = '';
      this.#form.hidden = true;
      given(token);
    });
  }

  get token(): string | null {
    return sessionStorage.getItem(key);
  }

  /** Forgets the one there is. */
  ask(why = ''): void {
    sessionStorage.removeItem(key);
    this.#form.hidden = false;
    this.#wrong.textContent = why;
    this.#field.toggleAttribute('aria-invalid', why !== '');
    this.#field.focus();
  }
}
