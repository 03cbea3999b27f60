import { hasStops, type ParkedKey, parkedOf, type Session } from '../read-store/index.ts';

/** The keys that are parked, of a read model that may be from before there were any. */
export const parkedKeys = async (session: Session, projection: string): Promise<readonly ParkedKey[]> =>
  (await hasStops(session)) ? parkedOf(session, projection) : [];
