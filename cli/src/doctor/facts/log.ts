import type { Session } from '@banyan/kit';
import type { BinlogFile } from './server.ts';
import { refusedBy, type Unseen } from './unseen.ts';

/** What a group of events in the binlog is a sign of. */
export type SignKind = 'xa' | 'statement' | 'truncate' | 'partition' | 'ddl' | 'compressed';

export interface LogSign {
  readonly kind: SignKind;
  /** `binlog.000003:4711`. */
  readonly at: string;
}

export interface LogFacts {
  /** The first of each kind, with how often it was seen. */
  readonly signs: ReadonlyMap<SignKind, { readonly at: string; readonly times: number }>;
  readonly events: number;
  /** Of the files that were read. */
  readonly files: readonly string[];
}

export interface LogEvent {
  readonly Pos: number | string;
  readonly Event_type: string;
  readonly End_log_pos: number | string;
  readonly Info: string;
}

/** MariaDB lets nobody commit while it answers SHOW BINLOG EVENTS (sql/sql_repl.cc), so it is asked for few at a time. */
const atOnce = 100;

/** The newest files first, from the beginning of each, no more events than the limit. Statements in them are looked at and forgotten. */
export async function logFacts(
  session: Session,
  files: readonly BinlogFile[],
  limit: number,
  unseen: Unseen,
): Promise<LogFacts> {
  const signs = new Map<SignKind, { at: string; times: number }>();
  const read: string[] = [];
  let events = 0;
  for (const { name, bytes } of [...files].reverse()) {
    if (events >= limit) break;
    read.push(name);
    for (let from = 4; events < limit && from < bytes; ) {
      const sql = `SHOW BINLOG EVENTS IN ? FROM ${from} LIMIT ${Math.min(atOnce, limit - events)}`;
      const page = await session.rows<LogEvent>(sql, [name]).catch(refusedBy(unseen, `events in ${name}`));
      if (page === null || page.length === 0) break;
      for (const event of page) for (const kind of signsIn(event)) note(signs, kind, `${name}:${event.Pos}`);
      events += page.length;
      from = Number(page.at(-1)!.End_log_pos);
    }
  }
  return { signs, events, files: read };
}

function note(signs: Map<SignKind, { at: string; times: number }>, kind: SignKind, at: string): void {
  const seen = signs.get(kind);
  if (seen) seen.times += 1;
  else signs.set(kind, { at, times: 1 });
}

/** Source: Info of MariaDB's events as Log_event::pack_info gives it. */
export function signsIn({ Event_type: type, Info: info }: LogEvent): SignKind[] {
  const found: SignKind[] = [];
  if (/compressed/i.test(type)) found.push('compressed');
  if (type === 'Gtid' && info.startsWith('XA START ')) found.push('xa');
  if (!/^Query/.test(type)) return found;
  const statement = info.replace(/^use `(?:[^`]|``)*`; /, '').trimStart();
  if (/^(?:INSERT|UPDATE|DELETE|REPLACE|LOAD DATA)\b/i.test(statement)) found.push('statement');
  if (/^TRUNCATE\b/i.test(statement)) found.push('truncate');
  if (/^ALTER\b[\s\S]*\b(?:DROP|TRUNCATE|EXCHANGE) PARTITION\b/i.test(statement)) found.push('partition');
  if (/^(?:CREATE|ALTER)\b/i.test(statement) && unparseable.test(statement)) found.push('ddl');
  return found;
}

/** What Debezium 3.5's parser does not know (docs/reference/values.md); a text in quotes may say the same, and then does no harm. */
const unparseable =
  /\bINET[46]\b|(?<!ROW_FORMAT\s*=?\s*)\bCOMPRESSED\b|\b(?:ADD|DROP) SYSTEM VERSIONING\b|\bNEXT VALUE FOR\b|\bnextval\s*\(|\bCHAR\s*\(\d+\) BYTE\b|\bFLOAT4\b/i;
