import { bytesOf, hasStops, type JudgedStop, type ParkedKey, parkedOf, type Session, stopsOf } from '@banyan/kit';
import type { Problem } from '../errors.ts';

/** What a service has stopped at, and what is parked. */
export interface Found {
  readonly service: string;
  readonly stops: readonly (JudgedStop & { readonly bytes?: Bytes })[];
  readonly parked: readonly ParkedKey[];
}

interface Bytes {
  readonly key: string | null;
  readonly value: string | null;
}

/** Throws KitError when the read model cannot be asked. */
export async function stopsIn(session: Session, service: string, withBytes: boolean): Promise<Found> {
  if (!(await hasStops(session))) return { service, stops: [], parked: [] }; // its projector has not run yet
  const list: (JudgedStop & { bytes?: Bytes })[] = await stopsOf(session, service);
  for (const stop of withBytes ? list : []) {
    const { key = null, value = null } = (await bytesOf(session, service, stop)) ?? {};
    stop.bytes = { key: key?.toString('base64') ?? null, value: value?.toString('base64') ?? null };
  }
  return { service, stops: list, parked: await parkedOf(session, service) };
}

/** Of the stops that nobody has said anything about. */
export const problemsOf = ({ service, stops }: Found): Problem[] =>
  stops
    .filter(({ isOpen }) => isOpen)
    .map(({ code, message }) => ({
      ...{ where: service, code, message },
      remedy: `say how to go on: banyan retry, skip or park ${service}`,
    }));
