import type { DetailJson } from '../event-routes.ts';
import type { WatchedRoute } from '../watched-routes.ts';
import { changesTable } from './changes-table.ts';
import { differencesTable } from './differences-table.ts';
import { type Child, element } from './elements.ts';
import { ageText, countText, placeText, proofText, timeText } from './text.ts';

const stages = ['monolith', 'shadow', 'canary', 'service', 'retired'] as const;

/** What there is to know and to do about one route. */
export function routeSection(route: WatchedRoute, detail: DetailJson | null): Node[] {
  return [
    way(route),
    standing(route),
    steps(route),
    gate(route),
    evidence(route),
    element('h3', { id: 'differences' }, 'Differences'),
    detail === null ? quiet('…') : differencesTable(detail),
    element('h3', { id: 'changes' }, 'Changes'),
    detail === null ? quiet('…') : changesTable(detail),
  ];
}

const quiet = (text: string) => element('p', { class: 'quiet' }, text);

function way({ state }: WatchedRoute): HTMLElement {
  const items = stages.map((stage) => {
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

function steps({ name, steps: all }: WatchedRoute): HTMLElement {
  if (all.length === 0) return element('p', { class: 'steps' }, 'A retired route stays where it is.');
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
      ? [quiet('not known now: the counts cannot be read')]
      : findings.length === 0
        ? [element('p', { class: 'fine' }, 'Nothing stands against it.')]
        : [element('ul', {}, ...findings.map(({ sentence }) => element('li', { class: 'wrong' }, sentence)))];
  return element('div', {}, element('h3', {}, `Against the step to ${stage}`), ...body);
}

function evidence({ counts, services }: WatchedRoute): HTMLElement {
  const facts: [string, string][] = services.map((one) => [
    `Service ${one.service}`,
    one.silence ?? `${one.state ?? 'not known'}, age ${ageText(one)}, proof ${proofText(one)}`,
  ]);
  if (counts) {
    const { equal, different, undecided, failed, dropped, answered, fellBack, behind } = counts;
    const text = (parts: Record<string, number>) =>
      Object.entries(parts)
        .map(([name, count]) => `${countText(count)} ${name}`)
        .join(', ');
    facts.push(
      ['Comparisons', text({ equal, different, undecided, failed, dropped })],
      [
        'Answers',
        text({ 'by services': answered, 'fell back': fellBack, 'by the monolith, as the service was behind': behind }),
      ],
    );
  }
  const pairs = facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  return element('dl', {}, ...pairs);
}
