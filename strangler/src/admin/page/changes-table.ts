import { element } from '../../live-page/browser/elements.ts';
import { timeText } from '../../live-page/browser/figures.ts';
import type { DetailJson } from '../event-routes.ts';
import { placeText } from './text.ts';

type Change = NonNullable<DetailJson['changes']>[number];

/** Who has moved the route, and against what. */
export function changesTable({ changes }: DetailJson): HTMLElement {
  if (changes === null) return element('p', { class: 'quiet' }, 'not known now: they cannot be read');
  if (changes.length === 0) return element('p', { class: 'quiet' }, 'It was never moved.');
  const heads = ['When', 'From, to', 'Who', 'Why'].map((name) =>
    element('th', { scope: 'col', role: 'columnheader' }, name),
  );
  return element(
    'table',
    { role: 'table', 'aria-labelledby': 'changes', class: 'changes' },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
    element('tbody', { role: 'rowgroup' }, ...changes.map(row)),
  );
}

function row({ epoch, at, from, to, who, reason, forced, findings }: Change): HTMLElement {
  const against =
    findings.length === 0
      ? null
      : element('span', { class: 'quiet' }, findings.map(({ sentence }) => sentence).join('; '));
  return element(
    'tr',
    { role: 'row', 'data-key': String(epoch) },
    element('th', { scope: 'row', role: 'rowheader' }, timeText(at)),
    cell('From, to', `${placeText(from)} to ${placeText(to)}`),
    cell('Who', who),
    cell('Why', forced ? element('strong', { class: 'wrong' }, 'forced ') : '', reason || '–', against ?? ''),
  );
}

const cell = (label: string, ...children: readonly (Node | string)[]): HTMLElement =>
  element('td', { role: 'cell', 'data-label': label }, element('div', {}, ...children));
