import { type Child, element } from '@banyan/strangler/live-page/browser/elements';
import { spanText } from '@banyan/strangler/live-page/browser/figures';
import type { ProblemTold, ServiceTold, StatusTold } from '../told.ts';
import { command, note, quiet, state, table } from './parts.ts';
import { ageText, countOrDash, dash, proofText } from './text.ts';

/** What is wrong, with what to do. */
export const problemList = (problems: readonly ProblemTold[]): Node[] =>
  problems.length === 0 ? [] : [element('ul', { class: 'problems' }, ...problems.map(problem))];

function problem({ where, code, message, remedies }: ProblemTold): HTMLElement {
  const todo = remedies.map((one) =>
    element('li', {}, one.text, ...(one.command === null ? [] : [' ', command(one.command)])),
  );
  return element(
    'li',
    { 'data-key': `${where} ${code}` },
    element('strong', {}, `${where}:`),
    ` ${message} `,
    quiet(code),
    todo.length === 0 ? null : element('ul', { 'aria-label': 'What to do' }, ...todo),
  );
}

const serviceHeads = ['Service', 'State', 'API', 'Age', 'Position', 'Lag', 'Applied', 'Proof'] as const;

export function serviceTable(services: readonly ServiceTold[]): Node[] {
  if (services.length === 0) return [note('None was started.')];
  const rows = services.map((one) => ({
    key: one.name,
    cells: [
      [element('strong', {}, one.name)],
      [state(one.state, one.state !== 'streaming')],
      [state(one.api, one.api !== 'answers')],
      [ageText(one.ageMs)],
      [one.position ?? dash],
      [countOrDash(one.lag)],
      [`${countOrDash(one.rows)} rows`, quiet(`${countOrDash(one.transactions)} transactions`)],
      proof(one),
    ],
  }));
  return [table('services-title', serviceHeads, rows, 'services')];
}

function proof(service: ServiceTold): Child[] {
  const ago = service.proof?.checkedAgoMs ?? null;
  const isDifferent = service.proof?.state === 'different';
  return [
    state(proofText(service), service.proof?.state === 'equal' || isDifferent ? isDifferent : null),
    ago === null ? null : quiet(`${spanText(ago)} ago`),
    isDifferent || service.proof?.state === 'unproved' ? command(service.command) : null,
  ];
}

const connectorHeads = ['Connector', 'State', 'Tasks', 'Position', 'Binlog', 'Offset shows'] as const;

export function connectorTable({ connectors }: StatusTold): Node[] {
  if (connectors.length === 0) return [note('None is known.')];
  const rows = connectors.map((one) => ({
    key: one.name,
    cells: [
      [element('strong', {}, one.name), one.snapshot === null ? null : quiet(`snapshot: ${one.snapshot}`)],
      [state(one.state, one.isWrong || one.state !== 'RUNNING')],
      [state(one.tasks, one.isWrong || !/RUNNING/.test(one.tasks))],
      [one.position ?? dash],
      [one.binlog ?? dash],
      [one.evidence],
    ],
  }));
  return [table('connectors-title', connectorHeads, rows, 'connectors')];
}

export function partList({ parts }: StatusTold): Node[] {
  const items = parts.map(({ name, state: said, port, isWrong }) =>
    element(
      'li',
      { 'data-key': name },
      element('span', {}, name),
      state(said, said === 'stopped' && !isWrong ? null : isWrong),
      quiet(port === null ? '' : `:${port}`),
    ),
  );
  return [element('ul', { class: 'parts' }, ...items)];
}
