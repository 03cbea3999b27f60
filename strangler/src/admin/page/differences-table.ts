import { element } from '../../live-page/browser/elements.ts';
import { countText, timeText } from '../../live-page/browser/figures.ts';
import type { DetailJson } from '../event-routes.ts';
import { commonEnds } from './text.ts';

type Difference = NonNullable<DetailJson['differences']>[number];

/** Side by side. The kind that was seen first stands last, so that none moves while one reads. */
export function differencesTable({ differences, moreKinds }: DetailJson): HTMLElement {
  if (differences === null) return element('p', { class: 'quiet' }, 'not known now: they cannot be read');
  if (differences.length === 0) return element('p', { class: 'quiet' }, 'None was seen.');
  const sorted = differences.toSorted((a, b) => (a.firstAt < b.firstAt ? 1 : a.firstAt > b.firstAt ? -1 : 0));
  const heads = ['Where', 'Monolith', 'Service', 'Seen'].map((name) =>
    element('th', { scope: 'col', role: 'columnheader' }, name),
  );
  return element(
    'div',
    {},
    element(
      'table',
      { role: 'table', 'aria-labelledby': 'differences', class: 'differences' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      element('tbody', { role: 'rowgroup' }, ...sorted.map(row)),
    ),
    moreKinds > 0 ? element('p', { class: 'quiet' }, `… and ${countText(moreKinds)} more kinds`) : '',
  );
}

function row({ kind, seen, lastAt, example, reproduce }: Difference): HTMLElement {
  const { request, place, monolith, candidate } = example;
  const again =
    reproduce === null
      ? null
      : element(
          'details',
          {},
          element('summary', {}, 'Show it again'),
          element('pre', { tabindex: '0', role: 'group', 'aria-label': 'Two commands' }, reproduce),
        );
  return element(
    'tr',
    { role: 'row', 'data-key': kind },
    element(
      'th',
      { scope: 'row', role: 'rowheader' },
      element('code', {}, kind),
      place === kind ? null : element('span', { class: 'quiet' }, `at ${place}`),
      element('span', { class: 'quiet' }, request),
      again,
    ),
    cell('Monolith', value(monolith, candidate)),
    cell('Service', value(candidate, monolith)),
    cell('Seen', `${countText(seen)} ×`, element('span', { class: 'quiet' }, `last ${timeText(lastAt)}`)),
  );
}

const cell = (label: string, ...children: readonly (Node | string)[]): HTMLElement =>
  element('td', { role: 'cell', 'data-label': label }, element('div', {}, ...children));

function value(text: string | null, other: string | null): Node {
  if (text === null) return element('em', {}, 'nothing');
  if (other === null) return element('code', {}, text);
  const { start, end } = commonEnds(text, other);
  const characters = [...text];
  const middle = characters.slice(start, characters.length - end).join('');
  return element(
    'code',
    {},
    characters.slice(0, start).join(''),
    middle === '' ? null : element('mark', {}, middle),
    characters.slice(characters.length - end).join(''),
  );
}
