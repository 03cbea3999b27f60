import type { Answer } from '@banyan/strangler';

/** Text that is HTML already; everything else is escaped when it gets into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const escaped: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Part = string | Html | readonly Html[];

/** Makes HTML of a template as the bank does: its own text is taken as it is, what is put in is escaped unless it is Html. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, at) => text + (at < parts.length ? shown(parts[at]!) : '')).join(''));
}

function shown(part: Part): string {
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => escaped[character]!);
  return part instanceof Html ? part.text : part.map((one) => one.text).join('');
}

/** A page as the bank sends one to who has no session. */
export const page = (title: string, body: Html): Answer => ({
  status: 200,
  contentType: 'text/html; charset=utf-8',
  fields: {
    'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  },
  body: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>${body}</body></html>
`.text,
});

/** A line of a table. */
export const row = (...cells: readonly string[]): Html => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
