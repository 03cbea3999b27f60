import { isShared, type Place, type RouteState, type Stage, stages } from './route-state.ts';

/** `forward` needs the gate, `back` never does. */
export type Direction = 'forward' | 'back';

const placeOf = (stage: Stage): number => stages.indexOf(stage);

/** A share has two digits after the point and is above nothing; where none is meant it is the whole. */
export function isPlace({ stage, percent }: Place): boolean {
  if (!isShared(stage)) return percent === 100;
  return percent >= 0.01 && percent <= 100 && Number(percent.toFixed(2)) === percent;
}

/**
 * Which way a step goes; null when there is no such step. Forward it goes one stage at a time, back to any earlier one, within a stage by
 * its share; from retired it goes nowhere.
 */
export function directionOf(from: Place, to: Place): Direction | null {
  if (!isPlace(to) || from.stage === 'retired') return null;
  const stagesOn = placeOf(to.stage) - placeOf(from.stage);
  if (stagesOn < 0) return 'back';
  if (stagesOn > 0) return stagesOn === 1 ? 'forward' : null;
  if (!isShared(to.stage) || to.percent === from.percent) return null;
  return to.percent > from.percent ? 'forward' : 'back';
}

/** Stages of a write route: there are no two writers, so nothing lies between the two. */
const writeStages: readonly Stage[] = ['monolith', 'service', 'retired'];

/** Which way a step of a write route goes; null when there is no such step. From retired it goes nowhere. */
export function writeDirectionOf(from: Place, to: Place): Direction | null {
  if (!isPlace(to) || from.stage === 'retired') return null;
  const [before, after] = [writeStages.indexOf(from.stage), writeStages.indexOf(to.stage)];
  if (before < 0 || after < 0 || Math.abs(after - before) !== 1) return null;
  return after > before ? 'forward' : 'back';
}

export const nextWriteStage = (stage: Stage): Stage | null => writeStages[writeStages.indexOf(stage) + 1] ?? null;

/** The stage after this one; null after the last. */
export const nextStage = (stage: Stage): Stage | null => stages[placeOf(stage) + 1] ?? null;

/** What was counted before a route came into shadow, be it from the monolith or back from a service, says nothing of how it is now. */
export const sinceEpochOf = (from: RouteState, to: Place): number =>
  to.stage === 'shadow' && from.stage !== 'shadow' ? from.epoch + 1 : from.sinceEpoch;
