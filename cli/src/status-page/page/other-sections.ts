import { element } from '@banyan/strangler/live-page/browser/elements';
import { countText, timeText } from '@banyan/strangler/live-page/browser/figures';
import type { StopsTold, TopicsTold, TransactionsTold } from '../told.ts';
import { command, note, quiet, table } from './parts.ts';
import { many } from './text.ts';

export function stopSection({ stops, settled, parked, unknown }: StopsTold): Node[] {
  const items = [
    ...stops.map(({ service, place, code, message, at, commands }) =>
      element(
        'li',
        { 'data-key': `${service} ${place}` },
        element('strong', {}, service),
        ` stopped at ${place}: ${message} `,
        quiet(`${code}, ${timeText(at)}`),
        element('ul', { 'aria-label': 'How it goes on' }, ...commands.map((one) => element('li', {}, command(one)))),
      ),
    ),
    ...parked.map(({ service, table: name, key, what, command: verb }) =>
      element(
        'li',
        { 'data-key': `${service} ${name} ${key}` },
        element('strong', {}, service),
        ` ${name} ${key}: ${what} `,
        verb === null ? null : command(verb),
      ),
    ),
  ];
  const past = settled === 0 ? '' : ` ${many(settled, 'earlier stop was', 'earlier stops were')} settled.`;
  return [
    ...unknown.map((why) => element('p', { class: 'warning', 'data-key': why }, `Not known of ${why}`)),
    ...(items.length > 0 ? [element('ul', { class: 'problems', 'data-key': 'list' }, ...items)] : []),
    ...(items.length === 0 && unknown.length === 0
      ? [note(`No service is stopped at a record, no key is parked.${past}`)]
      : []),
  ];
}

const transactionHeads = ['Transaction', 'Committed', 'Rows by table'] as const;

export function transactionTable({ transactions, problem }: TransactionsTold): Node[] {
  const rows = transactions.map(({ gtid, atMs, isOpen, tables }) => ({
    key: gtid,
    cells: [
      [element('code', {}, gtid)],
      [timeText(new Date(atMs).toISOString()).slice(11), isOpen ? quiet('open') : null],
      tables.map(({ table: name, what }) =>
        element('span', { class: 'rows' }, element('strong', {}, name), ` ${what}`),
      ),
    ],
  }));
  return [
    ...(problem === null ? [] : [element('p', { class: 'warning', 'data-key': 'problem' }, `None come: ${problem}`)]),
    ...(rows.length > 0 ? [table('transactions-title', transactionHeads, rows, 'transactions')] : []),
    rows.length === 0
      ? note(problem === null ? 'None was seen yet.' : '')
      : element(
          'p',
          { class: 'quiet', 'data-key': 'hint' },
          'What is in one: ',
          command(`banyan tail --tx ${transactions[0]!.gtid}`),
        ),
  ];
}

const topicHeads = ['Topic', 'Partitions', 'Messages'] as const;

export function topicSection({ topics, problem }: TopicsTold): Node[] {
  if (problem !== null) return [element('p', { class: 'warning' }, `Not known now: ${problem}`)];
  const all = topics.reduce((sum, { messages }) => sum + messages, 0);
  const rows = topics.map(({ topic, partitions, messages }) => ({
    key: topic,
    cells: [[topic], [countText(partitions)], [countText(messages)]],
  }));
  return [
    element(
      'details',
      {},
      element('summary', {}, `${many(topics.length, 'topic', 'topics')}, ${many(all, 'message', 'messages')}`),
      table('topics-title', topicHeads, rows, 'topics'),
    ),
  ];
}
