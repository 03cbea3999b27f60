import { binlogRate, type ServerFacts } from '../facts/server.ts';
import type { Check, Place } from '../finding.ts';

/** A long weekend without anybody who looks. */
const enoughS = 3 * 86_400;

export const retentionChecks: readonly Check<ServerFacts>[] = [
  {
    code: 'binlog-short',
    severity: 'warning',
    traps: [6],
    is: 'a binlog that is kept for less than three days',
    happens: 'a connector that is away for longer finds its position gone: everything is to be captured anew',
    remedy: 'raise binlog_expire_logs_seconds, and max_binlog_total_size where it is set; watch the disk',
    page: 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble',
    find: (facts) => [...byTime(facts), ...bySize(facts)],
  },
];

function byTime({ variables }: ServerFacts): Place[] {
  const seconds = Number(variables.get('binlog_expire_logs_seconds') ?? 0);
  if (seconds === 0 || seconds >= enoughS) return [];
  return [{ where: 'server', what: `binlog_expire_logs_seconds is ${seconds}` }];
}

function bySize(facts: ServerFacts): Place[] {
  const limit = Number(facts.variables.get('max_binlog_total_size') ?? 0);
  const rate = binlogRate(facts);
  if (limit === 0 || rate === null || rate * enoughS < limit) return [];
  const hours = (limit / rate / 3600).toFixed(1);
  return [
    {
      where: 'server',
      what: `max_binlog_total_size is ${limit}, which at ${Math.round(rate)} bytes a second is ${hours} h`,
    },
  ];
}
