import { escaped } from '../terminal/escape.ts';
import type { Output } from '../terminal/output.ts';
import { columns } from '../terminal/table.ts';
import { catalogue } from './catalogue.ts';
import type { Report } from './examine.ts';
import type { Finding, Severity } from './finding.ts';
import { traps } from './traps.ts';

const placesShown = 10;
const style = { error: 'red', warning: 'yellow', note: 'dim' } as const;

/** The whole of it as a text for people. */
export function reportText({ findings, looked, unseen }: Report, paint: Output['paint']): string {
  const groups = [...Map.groupBy(findings, ({ code }) => code).values()];
  const blocks = [
    lookedText(looked),
    ...groups.map((group) => groupText(group, paint)),
    ...(unseen.length > 0
      ? [['Not looked at:', ...unseen.map(({ what, why }) => escaped(`  ${what}: ${why}`))].join('\n')]
      : []),
    summary(findings),
  ];
  return blocks.join('\n\n');
}

function groupText(group: readonly Finding[], paint: Output['paint']): string {
  const { code, severity, happens, remedy, page } = group[0]!;
  const places = group.slice(0, placesShown).map(({ where, what }) => `  ${where}${what === null ? '' : `: ${what}`}`);
  const more = group.length - places.length;
  return [
    `${paint(style[severity], severity)} ${paint('bold', code)}: ${escaped(happens)}`,
    ...places.map(escaped),
    ...(more > 0 ? [`  and ${more} more; --json has all of them`] : []),
    escaped(`  what to do: ${remedy}`),
    `  see ${page}`,
  ].join('\n');
}

function lookedText(looked: Report['looked']): string {
  const { binlog, connector } = looked;
  const lines = [
    `${looked.version}; ${looked.databases} databases with ${number(looked.tables)} tables; read ${number(looked.rowsRead)} rows of ${looked.tablesRead} tables, of ${number(looked.rowsAllowed)} allowed${looked.logEvents > 0 ? `, and ${number(looked.logEvents)} events of the binlog` : ''}`,
    ...(binlog
      ? [
          `binlog: ${binlog.files} files, ${number(binlog.bytes)} bytes${binlog.bytesPerSecond === null ? '' : `, ${number(Math.round(binlog.bytesPerSecond))} a second since the server was started`}; kept ${binlog.keptS === null ? 'for ever' : `for ${(binlog.keptS / 3600).toFixed(1)} h`}`,
        ]
      : []),
    ...(connector
      ? [
          `connector ${connector.name}: ${connector.lagBytes === null ? 'how far it is behind is not known' : `${number(connector.lagBytes)} bytes of binlog behind${connector.lagMs === null ? '' : `, about ${(connector.lagMs / 60_000).toFixed(1)} min`}`}`,
        ]
      : []),
  ];
  return lines.map(escaped).join('\n');
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity): string => {
    const times = findings.filter((one) => one.severity === severity).length;
    return `${times} ${severity}${times === 1 ? '' : 's'}`;
  };
  return findings.length === 0 ? 'nothing found' : `${count('error')}, ${count('warning')}, ${count('note')}`;
}

/** What `--list` prints. */
export function listText(): string {
  const families = catalogue.map(({ heading, kinds }) =>
    [
      heading,
      ...columns([['CODE', 'SEVERITY', 'WHAT IT IS'], ...kinds.map(({ code, severity, is }) => [code, severity, is])]),
    ].join('\n'),
  );
  const blind = traps
    .filter(({ instead }) => instead !== null)
    .map(({ number: nr, trap, instead }) => plain(`${String(nr).padStart(2)}  ${trap}\n    ${instead}`));
  return [...families, `What cannot be found here\n${blind.join('\n')}`].join('\n\n');
}

/** Without what is for a page. */
const plain = (text: string): string => text.replaceAll('`', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');

const number = (value: number): string => value.toLocaleString('en');
