import type { Column } from '../projection/declaration.ts';
import { type Key, type KeyForm, keyForm } from './key.ts';

/** A whole key, part by part, as it is written in a path and in `after`. */
export interface KeyPath {
  readonly columns: readonly Column[];
  readonly forms: readonly KeyForm[];
  /** What a key looks like, as in `a key here is …`. */
  readonly says: string;
  /** The parts as the router decoded them; null when no row can have such a key. */
  readonly ofParts: (parts: readonly string[]) => readonly Key[] | null;
  /** The text of `after`. */
  readonly ofText: (text: string) => readonly Key[] | null;
  /** The text that `ofText` reads: of one part as it is, of more the parts percent-encoded with a slash between. */
  readonly text: (parts: readonly string[]) => string;
}

/** Null when keys of one of the types cannot be looked up exactly; `column` is the first such column. */
export function keyPath(columns: readonly Column[]): KeyPath | { readonly column: Column } {
  const forms: KeyForm[] = [];
  for (const column of columns) {
    const form = keyForm(column);
    if (!form) return { column };
    forms.push(form);
  }
  const ofParts = (parts: readonly string[]): readonly Key[] | null => {
    if (parts.length !== forms.length) return null;
    const keys = forms.map((form, index) => form.parse(parts[index]!));
    return keys.every((key) => key !== null) ? keys : null;
  };
  if (forms.length === 1) {
    return { columns, forms, says: forms[0]!.says, ofParts, ofText: (text) => ofParts([text]), text: ([one]) => one! };
  }
  return {
    columns,
    forms,
    says: `${forms.map(({ says }) => says).join(' / ')}, each percent-encoded, with a slash between`,
    ofParts,
    ofText: (text) => {
      const parts = text.split('/').map(decoded);
      return parts.every((part) => part !== null) ? ofParts(parts) : null;
    },
    text: (parts) => parts.map(encodeURIComponent).join('/'),
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
