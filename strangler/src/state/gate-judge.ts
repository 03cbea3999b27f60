import type { Audit } from './change.ts';
import { CountsWindow } from './counts-window.ts';
import type { RouteCounts } from './evidence.ts';
import type { Evidence } from './gate.ts';
import type { GateRules } from './gate-rules.ts';
import { brokenBy } from './guard-findings.ts';

/** Whether the gate of one route still holds, since services began to answer its clients. */
export class GateJudge {
  readonly #rules: GateRules;
  readonly #window: CountsWindow;
  #failingSinceMs: number | null = null;

  constructor(rules: GateRules, nowMs: number, totals: RouteCounts) {
    this.#rules = rules;
    this.#window = new CountsWindow(rules.guard.windowMs, nowMs, totals);
  }

  /** Why the route goes back; null while the gate holds, or is broken by what may pass and has not lasted. `counts` are totals. */
  judge(nowMs: number, { counts: totals, standings }: Evidence): Audit | null {
    const evidence: Evidence = { counts: this.#window.look(nowMs, totals), standings };
    const { wrong, failing } = brokenBy(evidence, this.#rules);
    this.#failingSinceMs = failing.length === 0 ? null : (this.#failingSinceMs ?? nowMs);
    const hasLasted = this.#failingSinceMs !== null && nowMs - this.#failingSinceMs >= this.#rules.guard.brokenForMs;
    if (wrong.length === 0 && !hasLasted) return null;
    const findings = [...wrong, ...failing];
    const reason = findings.map(({ sentence }) => sentence).join('; ');
    return { who: 'gate', reason, forced: false, findings, evidence };
  }
}
