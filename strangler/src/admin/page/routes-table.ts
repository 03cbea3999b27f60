import { type Child, element } from '../../live-page/browser/elements.ts';
import { countText } from '../../live-page/browser/figures.ts';
import type { Standing } from '../../state/standing.ts';
import type { WatchedRoute } from '../watched-routes.ts';
import { ageText, p99Text, phaseText, placeText, rateText } from './text.ts';

const columns = ['Route', 'Stands at', 'Equal', 'Age', 'p99 service', 'p99 monolith', 'Next step'] as const;

/** All routes. The roles are said, as on a narrow screen the rows are laid out as blocks. */
export function routesTable(routes: readonly WatchedRoute[], selected: string | null): HTMLElement {
  const heads = columns.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name));
  return element(
    'table',
    { role: 'table', 'aria-labelledby': 'routes-title', class: 'routes' },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
    element('tbody', { role: 'rowgroup' }, ...routes.map((route) => row(route, route.name === selected))),
  );
}

function row(route: WatchedRoute, isSelected: boolean): HTMLElement {
  const { name, method, path, state, isSetAside, matchRate, counts, p99, services, next } = route;
  const link = element('a', { href: `#${encodeURIComponent(name)}`, 'aria-current': isSelected ? 'true' : null }, name);
  const compared = counts === null ? 0 : counts.equal + counts.different;
  return element(
    'tr',
    { role: 'row', 'data-key': name, class: isSelected ? 'selected' : null },
    element('th', { scope: 'row', role: 'rowheader' }, link, element('span', { class: 'quiet' }, `${method} ${path}`)),
    cell(
      1,
      element('strong', {}, placeText(state)),
      state.phase === 'settled' ? null : quiet(phaseText(state)),
      isSetAside ? element('span', { class: 'wrong' }, 'set aside by this replica') : null,
    ),
    cell(2, rateText(matchRate), compared > 0 ? quiet(`of ${countText(compared)}`) : null),
    cell(3, ...services.map(age)),
    cell(4, p99Text(p99.candidate)),
    cell(5, p99Text(p99.monolith)),
    cell(6, ...nextStep(next)),
  );
}

const quiet = (text: string) => element('span', { class: 'quiet' }, text);

const cell = (column: number, ...children: readonly Child[]): HTMLElement =>
  element('td', { role: 'cell', 'data-label': columns[column]! }, element('div', {}, ...children));

const age = (standing: Standing): HTMLElement =>
  element(
    'div',
    { class: 'service' },
    element('span', { class: standing.silence === null ? null : 'wrong' }, ageText(standing)),
    quiet(standing.service),
  );

function nextStep(next: WatchedRoute['next']): Child[] {
  if (next === null) return ['–'];
  const { stage, findings } = next;
  if (findings === null) return [stage, quiet('not known now')];
  if (findings.length === 0) return [stage, element('span', { class: 'fine' }, 'nothing against it')];
  const more = findings.length > 1 ? ` and ${findings.length - 1} more` : '';
  return [stage, element('span', { class: 'wrong' }, `${findings[0]!.sentence}${more}`)];
}
