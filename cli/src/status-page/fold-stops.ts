import type { JudgedStop, ParkedKey } from '@banyan/kit';
import type { Found } from '../stops/found.ts';
import { keyText, placeText } from '../stops/places.ts';
import { escaped } from '../terminal/escape.ts';
import { shellWord } from '../terminal/shell-word.ts';
import type { ParkedTold, StopsTold, StopTold } from './told.ts';

/** What the page says of stops and parked keys; `unknown` says of which services it says nothing, and why. */
export function foldStops(found: readonly Found[], unknown: readonly string[]): StopsTold {
  const all = found.flatMap(({ service, stops }) => stops.map((stop) => ({ service, stop })));
  return {
    stops: all.filter(({ stop }) => stop.isOpen).map(({ service, stop }) => foldStop(service, stop)),
    settled: all.filter(({ stop }) => !stop.isOpen).length,
    parked: found.flatMap(({ service, parked }) => parked.map((one) => foldParked(service, one))),
    unknown,
  };
}

/** The reason is left to who says it: without one, nothing is skipped or parked. */
function foldStop(service: string, stop: JudgedStop): StopTold {
  const place = placeText(stop);
  const verbs = stop.key === null ? ['skip'] : ['skip', 'park'];
  return {
    ...{ service, place, code: stop.code, message: stop.message, at: stop.at },
    commands: [`banyan retry ${service}`, ...verbs.map((verb) => `banyan ${verb} ${service} ${place} --reason ''`)],
  };
}

function foldParked(service: string, { table, key, since, code, changes, isReleased }: ParkedKey): ParkedTold {
  const text = keyText(key);
  const isTypable = escaped(table + text) === table + text;
  const words = [table, text].map(shellWord).join(' ');
  const left = `${changes} later ${changes === 1 ? 'change' : 'changes'} left out`;
  return {
    ...{ service, table, key: text },
    what: `${isReleased ? 'released, not true yet' : 'parked'} since ${since ?? 'the beginning'} (${code}), ${left}`,
    command: isTypable && !isReleased ? `banyan unpark ${service} ${text.startsWith('-') ? '-- ' : ''}${words}` : null,
  };
}
