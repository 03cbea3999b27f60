import { part } from '../../live-page/browser/elements.ts';
import { spanText } from '../../live-page/browser/figures.ts';
import { patchChildren } from '../../live-page/browser/patch.ts';
import type { DetailJson } from '../event-routes.ts';
import type { StateJson } from '../json.ts';
import type { SeenRoutes } from '../seen-routes.ts';
import type { Step, WatchedRoute } from '../watched-routes.ts';
import { Connection } from './connection.ts';
import type { ServerEvent } from './events.ts';
import { MoveDialog } from './move-dialog.ts';
import { differenceNews, newestRoutes, routeNews } from './news.ts';
import { routeSection } from './route-section.ts';
import { routesTable } from './routes-table.ts';
import { placeText } from './text.ts';
import { TokenForm } from './token-form.ts';

interface Seen extends SeenRoutes {
  readonly routes: readonly WatchedRoute[];
}

/** The route that the address names; none when it cannot be one. */
function nameIn(hash: string): string | null {
  try {
    return decodeURIComponent(hash.slice(1)) || null;
  } catch {
    return null;
  }
}

/** The whole page: what the facade tells is shown as it comes, in place, and what a person should hear of it is said once. */
export class RoutesPage {
  readonly #tokens = new TokenForm((token) => this.#open(token));
  readonly #dialog = new MoveDialog({
    token: () => this.#tokens.token ?? '',
    moved: (route, state) => this.#moved(route, state),
    refused: (why) => this.#close(why),
  });
  #connection: Connection | null = null;
  #seen: Seen | null = null;
  #detail: DetailJson | null = null;
  #lost: string | null = null;

  start(): void {
    addEventListener('hashchange', () => this.#select());
    part('route-body').addEventListener('click', (event) => this.#clicked(event.target as Element));
    part('forget').addEventListener('click', () => this.#close());
    const { token } = this.#tokens;
    if (token === null) this.#tokens.ask();
    else this.#open(token);
  }

  #open(token: string): void {
    part('forget').hidden = false;
    part('connection').textContent = 'connecting…';
    this.#connection = new Connection(token, {
      event: (event) => this.#event(event),
      state: (lost) => this.#connected(lost),
      refused: (why) => this.#close(why),
    });
    this.#connection.watch(this.#selected);
  }

  /** Nothing stays on the screen that was seen with a token which does not hold. */
  #close(why?: string): void {
    this.#connection?.stop();
    [this.#connection, this.#seen, this.#detail, this.#lost] = [null, null, null, null];
    this.#dialog.close();
    part('forget').hidden = true;
    part('connection').textContent = '';
    this.#show();
    this.#tokens.ask(why);
  }

  get #selected(): string | null {
    return nameIn(location.hash);
  }

  #select(): void {
    this.#detail = null;
    this.#connection?.watch(this.#selected);
    this.#show();
    if (!part('route').hidden) part('route-title').focus();
  }

  #event({ event, data }: ServerEvent): void {
    if (event === 'routes') {
      const [before, now] = [this.#seen?.routes ?? [], data as Seen];
      const seen = { ...now, routes: newestRoutes(before, now.routes) };
      this.#say(routeNews(before, seen.routes));
      this.#seen = seen;
    } else if (event === 'route') {
      const detail = data as DetailJson;
      this.#say(differenceNews(this.#detail, detail));
      this.#detail = detail;
    } else return;
    this.#show();
  }

  #connected(lost: string | null): void {
    if (lost !== null && this.#lost === null) this.#say([`Not connected: ${lost}. What is shown is old.`]);
    if (lost === null && this.#lost !== null) this.#say(['Connected again.']);
    this.#lost = lost;
    part('connection').textContent = lost === null ? 'live' : `not connected, trying again: ${lost}`;
    part('connection').classList.toggle('wrong', lost !== null);
  }

  #clicked(target: Element): void {
    const { stage, direction } = (target.closest('[data-stage]') as HTMLElement | null)?.dataset ?? {};
    const route = this.#seen?.routes.find(({ name }) => name === this.#selected);
    if (stage && route) this.#dialog.open(route, { stage, direction } as Step);
  }

  /** The button that asked for it may be gone with the step. */
  #moved(name: string, state: StateJson): void {
    this.#say([`${name} stands at ${placeText(state)} now.`]);
    const routes = this.#seen?.routes.map((route) => (route.name === name ? { ...route, state } : route));
    if (this.#seen && routes) this.#seen = { ...this.#seen, routes };
    this.#show();
    part('route-title').focus();
  }

  #show(): void {
    const { routes = [], known } = this.#seen ?? {};
    part('routes').hidden = this.#seen === null;
    patchChildren(part('table'), this.#seen ? [routesTable(routes, this.#selected)] : []);
    const route = routes.find(({ name }) => name === this.#selected);
    const detail = this.#detail?.route === route?.name ? this.#detail : null;
    part('route').hidden = route === undefined;
    part('route-title').textContent = route?.name ?? '';
    patchChildren(part('route-body'), route ? routeSection(route, detail) : []);
    const since = known?.knownForMs == null ? 'they were never read' : `as they were ${spanText(known.knownForMs)} ago`;
    const warning = known?.reason == null ? '' : `The states cannot be read (${known.reason}); shown ${since}.`;
    part('warning').hidden = warning === '';
    part('warning').textContent = warning;
  }

  #say(sentences: readonly string[]): void {
    if (sentences.length > 0) part('said').textContent = sentences.join(' ');
  }
}
