/** One link of a Java cause chain: the exception's class and its message (`''` where it has none). */
export type JavaCause = { readonly className: string; readonly message: string };

/**
 * A Java stack trace as `Throwable.printStackTrace` writes it, which is what Kafka Connect puts into a status's `trace`.
 * `chain` runs from the outermost exception to `rootCause`; `firstLines` is the part to show a person.
 */
export type JavaTrace = {
  readonly text: string;
  readonly chain: readonly JavaCause[];
  readonly rootCause: JavaCause;
  readonly firstLines: readonly string[];
};

const CAUSED_BY = 'Caused by: ';
const FIRST_LINES = 5;

/** Parses any text: one that is no Java trace becomes a chain of one cause without a class. Never throws. */
export function parseJavaTrace(text: string): JavaTrace {
  const lines = text.split(/\r?\n/);
  const chain = headersOf(lines).map(parseHeader);
  return {
    text,
    chain,
    rootCause: chain.at(-1) ?? { className: '', message: '' },
    firstLines: lines.filter((line) => line.trim() !== '').slice(0, FIRST_LINES),
  };
}

/** `io.debezium.DebeziumException: Unable to …`, the form in which Java itself names a cause. */
export function causeLine(cause: JavaCause): string {
  return [cause.className, cause.message].filter((part) => part !== '').join(': ');
}

/** A header begins the trace or follows an unindented `Caused by:`, and runs on to the first indented line: its frames. */
function headersOf(lines: readonly string[]): string[] {
  const headers: string[][] = [[]];
  let inHeader = true;
  for (const line of lines) {
    if (line.startsWith(CAUSED_BY)) {
      // Java prints this for a cycle of causes: there is nothing deeper to show.
      if (line.includes('[CIRCULAR REFERENCE')) break;
      headers.push([line.slice(CAUSED_BY.length)]);
      inHeader = true;
    } else if (isFrame(line)) {
      inHeader = false;
    } else if (inHeader && line.trim() !== '') {
      headers.at(-1)?.push(line);
    }
  }
  return headers.map((header) => header.join('\n').trim());
}

/** Suppressed exceptions and their causes are indented too: they are not on the way to the root cause. */
function isFrame(line: string): boolean {
  return /^\s+(at\s|\.\.\.\s\d|Suppressed: |Caused by: )/.test(line);
}

function parseHeader(header: string): JavaCause {
  const match = /^([\w$]+(?:\.[\w$]+)+)(?::\s*([\s\S]*))?$/.exec(header);
  return match === null ? { className: '', message: header } : { className: match[1] ?? '', message: match[2] ?? '' };
}
