/** Text that is HTML already; everything else is escaped when it gets into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Part = string | Html | readonly Html[];

/** Makes HTML of a template: its own text is taken as it is, what is put in is escaped unless it is Html. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + (index < parts.length ? show(parts[index]!) : '')).join(''));
}

function show(part: Part): string {
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => ESCAPED[character]!);
  return part instanceof Html ? part.text : part.map((one) => one.text).join('');
}
