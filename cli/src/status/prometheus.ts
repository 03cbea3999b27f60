/** One sample of Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a text; lines that are none are left out. */
export function samplesIn(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = sampleLine.exec(line);
    if (!match || line.startsWith('#')) return [];
    const labels = [...(match[2] ?? '').matchAll(label)].map(([, name, value]) => [name!, unescaped(value!)]);
    return [{ name: match[1]!, labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign));
