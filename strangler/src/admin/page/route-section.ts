import { type Child, element } from '../../live-page/browser/elements.ts';
import { countText, spanText, timeText } from '../../live-page/browser/figures.ts';
import type { DetailJson } from '../event-routes.ts';
import type { WatchedRoute } from '../watched-routes.ts';
import { changesTable } from './changes-table.ts';
import { differencesTable } from './differences-table.ts';
import { ageText, phaseText, placeText, proofText } from './text.ts';

const stages = {
  read: ['monolith', 'shadow', 'canary', 'service', 'retired'],
  write: ['monolith', 'service', 'retired'],
} as const;

/** What there is to know and to do about one route. */
export function routeSection(route: WatchedRoute, detail: DetailJson | null): Node[] {
  return [
    way(route),
    standing(route),
    steps(route),
    gate(route),
    evidence(route),
    ...(route.kind === 'read'
      ? [element('h3', { id: 'differences' }, 'Differences'), detail === null ? quiet('…') : differencesTable(detail)]
      : []),
    element('h3', { id: 'changes' }, 'Changes'),
    detail === null ? quiet('…') : changesTable(detail),
  ];
}

const quiet = (text: string) => element('p', { class: 'quiet' }, text);

function way({ kind, state }: WatchedRoute): HTMLElement {
  const items = stages[kind].map((stage) => {
    const isHere = stage === state.stage;
    return element('li', { 'aria-current': isHere ? 'step' : null }, isHere ? placeText(state) : stage);
  });
  return element('ol', { class: 'way', 'aria-label': 'Where it stands' }, ...items);
}

function standing({ state, isSetAside }: WatchedRoute): HTMLElement {
  const { changedAt, changedBy, reason } = state;
  return element(
    'p',
    {},
    `Since ${timeText(changedAt)}, by ${changedBy}${reason ? `: ${reason}` : ''}`,
    isSetAside ? element('strong', { class: 'wrong' }, ' This replica does not answer by services at present.') : null,
  );
}

const labels = {
  forward: (stage: string) => `On to ${stage}…`,
  back: (stage: string) => `Back to ${stage}…`,
  share: (stage: string) => `Another share of ${stage}…`,
} as const;

function steps({ name, state, steps: all }: WatchedRoute): HTMLElement {
  const none = state.phase === 'settled' ? 'A retired route stays where it is.' : `It is ${phaseText(state)}.`;
  if (all.length === 0) return element('p', { class: 'steps' }, none);
  const buttons = all.map(({ stage, direction }) =>
    element(
      'button',
      { type: 'button', 'data-key': stage, 'data-stage': stage, 'data-direction': direction },
      labels[direction](stage),
    ),
  );
  return element('div', { class: 'line steps', role: 'group', 'aria-label': `Move ${name}` }, ...buttons);
}

function gate({ next }: WatchedRoute): HTMLElement {
  if (next === null) return element('div', {});
  const { stage, findings } = next;
  const body: Child[] =
    findings === null
      ? [quiet('It is not known now.')]
      : findings.length === 0
        ? [element('p', { class: 'fine' }, 'Nothing stands against it.')]
        : [element('ul', {}, ...findings.map(({ sentence }) => element('li', { class: 'wrong' }, sentence)))];
  return element('div', {}, element('h3', {}, `Against the step to ${stage}`), ...body);
}

type Fact = readonly [name: string, value: string];

function evidence({ counts, services, write }: WatchedRoute): HTMLElement {
  const facts: Fact[] = services.map((one) => [
    `Service ${one.service}`,
    one.silence ?? `${one.state ?? 'not known'}, age ${ageText(one)}, proof ${proofText(one)}`,
  ]);
  if (write) facts.push(...writeFacts(write));
  if (counts) facts.push(...countFacts(counts));
  const pairs = facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  return element('dl', {}, ...pairs);
}

function countFacts(counts: NonNullable<WatchedRoute['counts']>): Fact[] {
  const { equal, different, undecided, failed, dropped, answered, fellBack, behind } = counts;
  const answers = {
    'by services': answered,
    'fell back': fellBack,
    'by the monolith, as the service was behind': behind,
  };
  return [
    ['Comparisons', countsText({ equal, different, undecided, failed, dropped })],
    ['Answers', countsText(answers)],
  ];
}

function writeFacts(write: NonNullable<WatchedRoute['write']>): Fact[] {
  const { owner, silence, waiting, conflicts, rogue, different, carrier, holds, held, longestHoldMs, refused } = write;
  const carried = carrier?.working === false ? `, and stands still: ${carrier.reason ?? 'not known why'}` : '';
  const found = { waiting: waiting ?? 0, conflicts: conflicts ?? 0, rogue: rogue ?? 0, different: different ?? 0 };
  return [
    ['Owner of what is written', owner ?? `not known: ${silence ?? 'the service says nothing'}`],
    ...(owner === null ? [] : [['Back to the monolith', countsText(found) + carried] as const]),
    ['Holds', `${countText(holds)}, of ${countText(held)} writes, the longest ${spanText(longestHoldMs)}`],
    ...(Object.keys(refused).length === 0 ? [] : [['Refused', countsText(refused)] as const]),
  ];
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${countText(count)} ${name}`)
    .join(', ');
