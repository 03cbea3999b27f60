import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { services } from '@banyan/cli';
import { ownedTablesOf, reactions } from '@banyan/kit';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { captureOf } from '../strimzi/bridge.ts';
import { connect } from '../strimzi/connect.ts';
import { alerts, page, runbook } from './alerts.ts';
import { panels } from './dashboard.ts';
import { exportedMetrics, facadeMetrics } from './exported-metrics.ts';

const all = await services();
const text = await readFile(join(import.meta.dirname, '../../..', page), 'utf8');

/** What the exporter's rules make of the worker's MBeans: a name for each way through the pattern's alternatives. */
function workerMetrics(): string[] {
  const map = connect(captureOf(all)).find(({ kind }) => kind === 'ConfigMap')!;
  const { rules } = parse(Object.values(map.data!)[0]!) as { rules: { pattern: string; name: string }[] };
  return rules.flatMap(({ pattern, name }) => {
    const groups = [...pattern.matchAll(/\(([^)]*)\)/g)].map(([, group]) => group!.split('|'));
    const fill = (part: string, index: number): string[] =>
      index === groups.length
        ? [part]
        : groups[index]!.flatMap((word) => fill(part.replace(`$${index + 1}`, word), index + 1));
    return fill(name, 0).map((one) => one.toLowerCase());
  });
}

/** Names of metrics in an expression: what stands before `{`, `[`, `)` or a comparison, and is no function, label or keyword. */
const metricsIn = (expr: string): string[] => expr.match(/\b(?:banyan|kafka|debezium|http|process|nodejs)_\w+/g) ?? [];
const labels = new Set(['http_route', 'http_response_status_code', 'http_request_method']);

const expressions = [
  ...alerts.map(({ name, expr }) => [name, expr] as const),
  ...panels.flatMap(({ title, queries }) => Object.values(queries).map((expr) => [title, expr] as const)),
];

describe('alerts and graphs', () => {
  it('name metrics that there are', async () => {
    const exported = new Set([
      // One that owns columns: it has all of them.
      ...(await exportedMetrics(all.find(({ projection }) => ownedTablesOf(projection).length > 0)!.projection)),
      ...workerMetrics(),
      ...(await facadeMetrics()),
    ]);
    const named = expressions.map(
      ([where, expr]) => [where, metricsIn(expr).filter((one) => !labels.has(one))] as const,
    );
    expect(named.filter(([, metrics]) => metrics.length === 0)).toEqual([]);
    const unknown = named.flatMap(([where, metrics]) =>
      metrics.filter((one) => !exported.has(one)).map((one) => `${where}: ${one}`),
    );
    expect(unknown).toEqual([]);
  });

  it('know only states that a projector has', () => {
    const known = ['starting', 'standby', 'filling', 'streaming', 'waiting', 'stopped'];
    const named = expressions.flatMap(([, expr]) =>
      [...expr.matchAll(/state=~?"([^"]*)"/g)].flatMap(([, states]) => states!.split('|')),
    );
    expect(named.filter((state) => !known.includes(state))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });
});

describe('the page of what to do', () => {
  const sections = new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section.split('\n').slice(1).join('\n').trim()]),
  );

  it.each(alerts.map((alert) => [alert.name, alert] as const))('has a section for %s', (name, alert) => {
    expect(runbook(alert)).toBe(`${page}#${name.toLowerCase()}`);
    expect(sections.get(name)).toBeDefined();
    expect(sections.get(name)!.split('\n').length).toBeLessThanOrEqual(12);
  });

  it('has none for alerts that there are not', () => {
    const names = [...sections.keys()].filter((name) => name.startsWith('Banyan'));
    expect(names.sort()).toEqual(alerts.map(({ name }) => name).sort());
  });

  it('tells what to do about each code that stops a projector', () => {
    const stops = Object.entries(reactions).flatMap(([code, reaction]) => (reaction === 'stop' ? [code] : []));
    const section = sections.get('BanyanProjectorStopped')!;
    expect(stops.filter((code) => !section.includes(`\`${code}\``))).toEqual([]);
  });
});
