import type { BridgeFacts } from './bridge.ts';
import { binlogRate } from './server.ts';

/** Where the connector reads; null before it does. */
export const fileOf = ({ connector }: BridgeFacts): string | null => {
  const { file } = (connector?.offset ?? {}) as { file?: unknown };
  return typeof file === 'string' && file !== '' ? file : null;
};

/** Measured in bytes of the binlog, and by its average growth in time. */
export function lagOf(facts: BridgeFacts): { readonly bytes: number; readonly ms: number | null } | null {
  const { pos } = (facts.connector?.offset ?? {}) as { pos?: unknown };
  const { logs } = facts.server;
  const at = logs?.findIndex(({ name }) => name === fileOf(facts)) ?? -1;
  if (!logs || at < 0) return null;
  const bytes = Math.max(0, logs.slice(at).reduce((sum, log) => sum + log.bytes, 0) - Number(pos ?? 0));
  const rate = binlogRate(facts.server);
  return { bytes, ms: rate ? Math.round((bytes / rate) * 1000) : null };
}
