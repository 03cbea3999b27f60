// Asks for one row after the other, each until it is there: URL FIRST COUNT SKIP. Ends with { latenciesMs } of all but the first ones.
import { setTimeout as delay } from 'node:timers/promises';

const [url, first, count, skip] = process.argv.slice(2);
const latenciesMs: number[] = [];
for (let id = Number(first); id < Number(first) + Number(count); id++) {
  const bookedAt = await answered(`${url}/${id}`);
  latenciesMs.push(performance.timeOrigin + performance.now() - milliseconds(bookedAt));
}
console.log(JSON.stringify({ latenciesMs: latenciesMs.slice(Number(skip)) }));

async function answered(path: string): Promise<string> {
  for (let asked = 0; asked < 60_000; asked++, await delay(1)) {
    const response = await fetch(path);
    const { data } = (await response.json()) as { readonly data?: { readonly booked_at: string } };
    if (response.status === 200) return data!.booked_at;
  }
  throw new Error(`${path} is not there`);
}

/** Of UTC, with microseconds: 2026-01-31 12:00:00.123456, or with a T between. */
function milliseconds(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) + Number(`0.${text.slice(20, 26)}`) * 1000;
}
