/** A word of a SELECT, and where it stands. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign';
  /** Of a quoted name what is between the quotes. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** How many parentheses are open around it. */
  readonly depth: number;
}

const lexemes =
  /(?<blank>\s+|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")|`(?<name>(?:[^`]|``)*)`|(?<word>[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d+(?:\.\d+)?)|(?<sign>[\s\S])/g;

/** Comments and blanks are left out. */
export function tokensOf(select: string): Token[] {
  let depth = 0;
  const tokens: Token[] = [];
  for (const { groups, 0: whole, index } of select.matchAll(lexemes)) {
    const { blank, text, name, word, number, sign } = groups!;
    if (blank !== undefined) continue;
    if (sign === ')') depth--;
    const place = { from: index, to: index + whole.length, depth };
    if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('``', '`'), ...place });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, ...place });
    else if (text !== undefined) tokens.push({ kind: 'text', text, ...place });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...place });
    else tokens.push({ kind: 'sign', text: sign!, ...place });
    if (sign === '(') depth++;
  }
  return tokens;
}

export const isWord = (token: Token | undefined, ...words: string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text.toLowerCase());

export const isSign = (token: Token | undefined, sign: string): boolean =>
  token?.kind === 'sign' && token.text === sign;

/** Parts between separators that stand at the depth of the first token. */
export function partsOf(tokens: readonly Token[], isSeparator: (token: Token, index: number) => boolean): Token[][] {
  const depth = tokens[0]?.depth ?? 0;
  const parts: Token[][] = [[]];
  tokens.forEach((token, index) => {
    if (token.depth === depth && isSeparator(token, index)) parts.push([]);
    else parts.at(-1)!.push(token);
  });
  return parts;
}

export const textIn = (select: string, tokens: readonly Token[]): string =>
  tokens.length === 0 ? '' : select.slice(tokens[0]!.from, tokens.at(-1)!.to);
