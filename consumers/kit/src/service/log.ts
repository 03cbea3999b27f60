/** Structured logs: one JSON object a line on standard output, with the time and what never changes in front. */
export function logger(fixed: Readonly<Record<string, unknown>>): (entry: Readonly<Record<string, unknown>>) => void {
  return (entry) => {
    const line = { time: new Date().toISOString(), ...fixed, ...entry };
    process.stdout.write(`${JSON.stringify(line, plain)}\n`);
  };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return value;
}
