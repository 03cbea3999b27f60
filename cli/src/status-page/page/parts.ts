import { type Child, element } from '@banyan/strangler/live-page/browser/elements';

export const quiet = (text: string): HTMLElement => element('span', { class: 'quiet' }, text);

export const note = (...children: readonly Child[]): HTMLElement => element('p', { class: 'quiet' }, ...children);

/** Something that is as it should be, or not, or neither (null): never by its colour alone. */
export const state = (text: string, isWrong: boolean | null): HTMLElement =>
  element('span', { class: isWrong === null ? 'neither' : isWrong ? 'bad' : 'good' }, text);

/** A command to be copied. The page itself does nothing. */
export const command = (text: string): HTMLElement =>
  element(
    'span',
    { class: 'command' },
    element('code', {}, text),
    element('button', { type: 'button', class: 'copy', 'data-copy': text, 'aria-label': `Copy ${text}` }, 'Copy'),
  );

export interface Row {
  readonly key: string;
  /** The first is the row's head. */
  readonly cells: readonly (readonly Child[])[];
}

/** The roles are said, as on a narrow screen the rows are laid out as blocks. */
export function table(title: string, heads: readonly string[], rows: readonly Row[], kind: string): HTMLElement {
  const cell = (children: readonly Child[], column: number): HTMLElement =>
    column === 0
      ? element('th', { scope: 'row', role: 'rowheader' }, ...children)
      : element('td', { role: 'cell', 'data-label': heads[column]! }, element('div', {}, ...children));
  const head = heads.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name));
  return element(
    'table',
    { role: 'table', 'aria-labelledby': title, class: kind, 'data-key': kind },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element(
      'tbody',
      { role: 'rowgroup' },
      ...rows.map(({ key, cells }) => element('tr', { role: 'row', 'data-key': key }, ...cells.map(cell))),
    ),
  );
}
