import type { Sight } from './observe.ts';
import type { StreamingOptions } from './streaming.ts';

/** What to do when the wait was in vain, as far as the last sight and the configuration tell: `; set …`, or an empty text. */
export function hintsFor(sight: Sight | undefined, options: StreamingOptions): string {
  if (sight === undefined) return '; see whether the worker can be reached';
  return hintsIn(sight, options)
    .map((hint) => `; ${hint}`)
    .join('');
}

function hintsIn({ running, evidence, config, sentence }: Sight, { newOffset }: StreamingOptions): string[] {
  if (/connector (PAUSED|STOPPED)/.test(sentence)) return ['call resume(name)'];
  if (config['snapshot.mode'] === 'initial_only') return ['snapshot.mode initial_only never streams'];
  if (!running) return ['see the worker’s log'];
  if (evidence === 'snapshot') return ['give it more time: a snapshot reads whole tables'];
  if (evidence === 'binlog-read')
    return newOffset ? ['its offset did not change: change something in the database'] : [];
  return quietDatabase(config);
}

/** Without heartbeats an idle database never gets an offset committed; with them, as often as the server speaks up. */
function quietDatabase(config: Sight['config']): string[] {
  const flush = 'an offset is committed every offset.flush.interval.ms of the worker (60 000 unless set)';
  if (Number(config['heartbeat.interval.ms'] ?? 0) <= 0) {
    return ['set heartbeat.interval.ms, without which an idle database gets no offset committed', flush];
  }
  const keepAliveMs = Number(config['connect.keep.alive.interval.ms'] ?? 60_000);
  return [
    `an idle server sends something only every ${0.8 * keepAliveMs} ms (0.8 × connect.keep.alive.interval.ms)`,
    flush,
  ];
}
