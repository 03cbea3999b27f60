// Asks for rows at a steady rate, whether or not the answers come: URL KEYS PER-SECOND WARM-SECONDS SECONDS. Ends with { latenciesMs }, each
// from the moment at which the request was meant to be sent, so that one who waits does not hide it (coordinated omission).
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const [url, ...numbers] = process.argv.slice(2);
const [keys, perSecond, warmSeconds, seconds] = numbers.map(Number) as [number, number, number, number];
const agent = new Agent({ keepAlive: true });
const warm = warmSeconds * perSecond;
const count = warm + seconds * perSecond;
const begin = performance.now();
const meantAt = (index: number) => begin + (index * 1000) / perSecond;
let seed = 1;

const answers: Promise<number>[] = [];
while (answers.length < count) {
  const waitMs = meantAt(answers.length) - performance.now();
  if (waitMs > 0) await delay(waitMs);
  while (answers.length < count && meantAt(answers.length) <= performance.now()) answers.push(ask(answers.length));
}
const latenciesMs = await Promise.all(answers);
console.log(JSON.stringify({ latenciesMs: latenciesMs.slice(warm) }));
agent.destroy();

function ask(index: number): Promise<number> {
  seed = (seed * 48_271) % 2_147_483_647; // Park and Miller's: each run has the same keys
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/${1 + (seed % keys)}`, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode} of ${url}`));
      answer.resume().once('end', () => resolve(performance.now() - meantAt(index)));
    });
    asked.once('error', reject);
  });
}
