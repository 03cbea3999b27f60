/**
 * MariaDB global transaction ids and the positions made of them.
 * Source: https://mariadb.com/kb/en/gtid/ — `domain-server-sequence`, ordered by sequence inside one domain, never as text.
 */
export interface Gtid {
  readonly domain: number;
  readonly server: number;
  readonly sequence: bigint;
}

/** The newest GTID of each domain, by domain: everything up to and including it has happened. */
export type Position = ReadonlyMap<number, Gtid>;

export const emptyPosition: Position = new Map();

/** Parses `0-1-1575`; null when the text is not a GTID. */
export function parseGtid(text: string): Gtid | null {
  const match = /^(\d{1,10})-(\d{1,10})-(\d{1,20})$/.exec(text);
  return match ? { domain: Number(match[1]), server: Number(match[2]), sequence: BigInt(match[3]!) } : null;
}

export function formatGtid(gtid: Gtid): string {
  return `${gtid.domain}-${gtid.server}-${gtid.sequence}`;
}

/** Parses `0-1-1575,7-1-2`; the empty text is the empty position; null when a part is not a GTID or a domain comes twice. */
export function parsePosition(text: string): Position | null {
  const position = new Map<number, Gtid>();
  for (const part of text === '' ? [] : text.split(',')) {
    const gtid = parseGtid(part);
    if (gtid === null || position.has(gtid.domain)) return null;
    position.set(gtid.domain, gtid);
  }
  return position;
}

/** The position as MariaDB writes it, domains in ascending order: `0-1-1575,7-1-2`. */
export function formatPosition(position: Position): string {
  return [...position.values()]
    .sort((a, b) => a.domain - b.domain)
    .map(formatGtid)
    .join(',');
}

/** Whether the transaction has happened at or before the position. */
export function covers(position: Position, gtid: Gtid): boolean {
  const reached = position.get(gtid.domain);
  return reached !== undefined && gtid.sequence <= reached.sequence;
}

/** Whether `position` is at least as far as `other` in every domain that `other` names. */
export function coversAll(position: Position, other: Position): boolean {
  return [...other.values()].every((gtid) => covers(position, gtid));
}

/** The position after the transaction; a GTID that is already covered leaves it as it is. */
export function advance(position: Position, gtid: Gtid): Position {
  return covers(position, gtid) ? position : new Map(position).set(gtid.domain, gtid);
}
