import {
  parseNightlyArguments,
  parsePurgeArguments,
  parseSeedArguments,
  parseServeArguments,
  parseTrafficArguments,
} from './arguments.ts';
import { createBank } from './bank.ts';
import { readBankUrl, readConfig } from './config.ts';
import { type DayReport, runDay } from './day.ts';
import { runNightly } from './nightly.ts';
import { runPurge } from './purge.ts';
import { seed } from './seed.ts';
import { runTraffic } from './traffic.ts';
import type { TrafficReport } from './traffic-pace.ts';

/** A command: takes its arguments, says what it did, ends early (and well) when `stop` is aborted. */
export type Command = (args: readonly string[], say: (line: string) => void, stop: AbortSignal) => Promise<void>;

/** Answers until `stop`, then drains. */
export const serve: Command = async (args, say, stop) => {
  parseServeArguments(args);
  const { host, port, database } = readConfig();
  const bank = createBank({ host, port, database });
  try {
    const { url } = await bank.listen();
    say(`the bank answers on ${url} (database ${database.name} at ${database.host}:${database.port})`);
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  } finally {
    await bank.close();
  }
};

/** Fills an empty bank and says with what. */
export const fill: Command = async (args, say) => {
  const options = parseSeedArguments(args);
  const { database } = readConfig();
  const report = await seed({ database, ...options });
  const amount = `${report.customers} customers with ${report.accounts} accounts (seed ${options.seed})`;
  if (report.outcome === 'already') say(`database ${database.name} already has these ${amount}; nothing was written`);
  else say(`database ${database.name} now has ${amount}`);
};

/** Orders transfers and reports what came of them. */
export const traffic: Command = async (args, say, stop) => {
  const { url, mix, ...options } = parseTrafficArguments(args);
  if (mix === 'full') {
    const { database } = readConfig();
    const day = await runDay({ database, ...options, signal: stop });
    say(
      `${describe(day, options.rate)}\n  repeated  ${day.repeated} transactions that met another one\n${describeDone(day)}`,
    );
    return;
  }
  const report = await runTraffic({ url: url ?? readBankUrl(), ...options, signal: stop });
  say(describe(report, options.rate));
};

/** Ends business days in one transaction, and says what it did. */
export const nightly: Command = async (args, say) => {
  const options = parseNightlyArguments(args);
  const report = await runNightly({ database: readConfig().database, ...options });
  const orders = Object.entries(report.standingOrders).map(([outcome, count]) => `${count} ${outcome}`);
  say(
    `${report.days} days ended, it is ${report.businessDay}: ${report.rows} rows in one transaction, of which ` +
      `${report.accruals} of daily interest; ${report.interestPaid} times paid, ${report.feesCharged} fees; ` +
      `standing orders before it: ${orders.join(', ') || 'none'}`,
  );
};

/** Deletes what is old and over, and says how much. */
export const purge: Command = async (args, say) => {
  const report = await runPurge({ database: readConfig().database, ...parsePurgeArguments(args) });
  const { sessions, pageActions, loginAttempts, accruals, customers } = report;
  say(
    `deleted ${customers} customers who left, ${sessions} sessions, ${pageActions} page actions, ` +
      `${loginAttempts} login attempts, ${accruals} days of interest, and what hung on them`,
  );
};

function describe(report: TrafficReport, rate: number): string {
  const reasons = Object.entries(report.refusals).map(([code, count]) => `${count} ${code}`);
  const lines = [
    `${report.sent} orders in ${(report.elapsedMs / 1_000).toFixed(1)} s`,
    `  accepted  ${report.accepted}`,
    `  refused   ${report.refused}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    `  failed    ${report.failed}${report.firstFailure === undefined ? '' : ` (the first: ${report.firstFailure})`}`,
    `  rate      ${report.achievedRate.toFixed(1)} answered per second of ${rate} asked`,
  ];
  return lines.join('\n');
}

function describeDone({ done }: DayReport): string {
  const kinds = Object.entries(done).sort(([, one], [, two]) => two - one);
  return `  done      ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}`;
}
