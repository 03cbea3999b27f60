import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { html } from './html.ts';

describe('a page', () => {
  it('has what is put in as text and nothing else, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        const inside = made.slice('<p title="'.length, -'</p>'.length);
        expect(inside.match(/[<>"']/g) ?? []).toEqual(['"', '>']);
        const back = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" } as Record<string, string>;
        const [title] = inside.split('">') as [string];
        expect(title.replace(/&(#?\w+);/g, (_, name: string) => back[name]!)).toBe(text);
      }),
    );
  });

  it('takes HTML as it is, and lists of it', () => {
    expect(html`<ul>${[html`<li>${'a&b'}</li>`, html`<li>c</li>`]}</ul>`.text).toBe(
      '<ul><li>a&amp;b</li><li>c</li></ul>',
    );
  });
});
