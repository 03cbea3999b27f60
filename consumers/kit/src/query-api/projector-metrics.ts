import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProjectorFacts } from '../projection/facts.ts';
import { optionalGauge, stateGauge } from './http-metrics.ts';

/** A projector's metrics; the function shows the facts of one moment. */
export function projectorMetrics(registry: Registry, projection: string) {
  const gauge = (name: string, help: string) => optionalGauge(registry, `banyan_projector_${name}`, help, projection);
  const total = (name: string, help: string) => counter(registry, `banyan_projector_${name}_total`, help, projection);
  const state = stateGauge(registry, 'banyan_projector_state', 'What the projector does.', projection);
  const why = reasonGauge(registry, projection);
  const age = gauge('position_age_seconds', 'How long ago everything the source had committed was applied.');
  const parked = gauge('parked_keys', 'Keys whose rows are not kept true, because somebody has parked them.');
  const turned = gauge('last_turn_timestamp_seconds', 'When the loop last turned.');
  const rows = total('rows_applied', 'Rows applied by this process, those of the snapshot among them.');
  const transactions = total('transactions_applied', 'Transactions of the source applied by this process.');
  const commits = total('commits', 'Commits of rows and checkpoint by this process.');
  const left = optionalGauge(
    registry,
    'banyan_source_binlog_left_seconds',
    'How long the source will still have what is not captured yet, at least; +Inf: for ever. Absent while that is not known.',
    projection,
  );
  const lag = new Gauge({
    name: 'banyan_projector_lag_messages',
    help: 'Messages between the checkpoint and the end of a partition.',
    labelNames: ['projection', 'topic', 'partition'],
    registers: [registry],
  });
  return (facts: ProjectorFacts, ageMs: number | null): void => {
    state(facts.state);
    why(facts);
    age(ageMs === null ? null : ageMs / 1000);
    parked(facts.parkedKeys);
    turned(facts.turnedAtMs / 1000);
    rows(facts.rowsApplied);
    transactions(facts.transactionsApplied);
    commits(facts.commits);
    left(binlogLeft(facts, ageMs));
    lag.reset();
    for (const [name, messages] of facts.lag) {
      const slash = name.lastIndexOf('/');
      lag.set({ projection, topic: name.slice(0, slash), partition: name.slice(slash + 1) }, messages);
    }
  };
}

/** An info metric: 1 for the code that it is stopped or waits with, absent when all is well. */
function reasonGauge(registry: Registry, projection: string) {
  const gauge = new Gauge({
    name: 'banyan_projector_reason_info',
    help: 'The code of the error that the projector has stopped with, or waits for.',
    labelNames: ['projection', 'state', 'code'],
    registers: [registry],
  });
  return ({ state, code }: ProjectorFacts): void => {
    gauge.reset();
    if (code !== null) gauge.set({ projection, state, code }, 1);
  };
}

/** Some seconds' work of a projector. */
const nearlyAll = 10_000;

/**
 * What is in Kafka needs no binlog. So only one who has applied nearly all of that knows, by the age of its position, how old that is
 * which is not captured; one that is behind would be wrong by as much.
 */
function binlogLeft({ state, lag, binlogKeptMs: keptMs }: ProjectorFacts, ageMs: number | null): number | null {
  if (state !== 'streaming' || keptMs === null) return null;
  if (keptMs === Number.POSITIVE_INFINITY) return keptMs;
  const waiting = [...lag.values()].reduce((sum, messages) => sum + messages, 0);
  return ageMs === null || waiting > nearlyAll ? null : Math.max(0, keptMs - ageMs) / 1000;
}

/** The facts count, the counter repeats it. */
function counter(registry: Registry, name: string, help: string, projection: string) {
  const shown = new Counter({ name, help, labelNames: ['projection'], registers: [registry] });
  return (value: number): void => {
    shown.reset();
    shown.inc({ projection }, value);
  };
}
