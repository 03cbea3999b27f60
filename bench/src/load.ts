// Asks for rows by random keys over 16 connections, one request after the other on each: URL KEYS SECONDS
import autocannon from 'autocannon';

const [url, keys, seconds] = process.argv.slice(2);
const path = new URL(url!).pathname;
let seed = 1;
const requests = Array.from({ length: 5000 }, () => {
  seed = (seed * 48_271) % 2_147_483_647; // Park and Miller's: each run has the same keys
  return { path: `${path}/${1 + (seed % Number(keys))}` };
});
const result = await autocannon({ url: url!, connections: 16, duration: Number(seconds), requests });
if (result.errors + result.timeouts + result.non2xx > 0)
  throw new Error(`${result.errors} errors, ${result.timeouts} timeouts, ${result.non2xx} answers other than 2xx`);
console.log(JSON.stringify({ answers: result['2xx'], seconds: result.duration }));
