import { KitError } from '../errors.ts';
import type { Column, Projection, QueryTable } from '../projection/index.ts';
import type { Session } from '../read-store/session.ts';
import { ChangedRows } from './changed-rows.ts';

interface Given {
  readonly Field: string;
  readonly Type: string;
}

/**
 * Checks each query against the mirrors, whose tables must be there: every table and column that its SELECT and its rules
 * name exists, and its columns are those declared, none of which would be rounded. Reads no rows.
 *
 * Throws KitError `declaration` that names the query, the line where that is known, and what to do.
 */
export async function checkQueries(session: Session, projection: Projection): Promise<void> {
  for (const query of projection.queries) {
    const where = `${projection.name}.${query.name}`;
    const given = await columnsOf(session, `${where}.select`, query.select);
    checkColumns(where, query, given);
    for (const mirror of projection.tables) {
      const rule = query.dirty.get(mirror.source)!;
      if (rule.kind !== 'select') continue;
      const place = `${where}.dirty.${mirror.name}`;
      const changed = new ChangedRows(mirror);
      await changed.make(session);
      const names = (await columnsOf(session, place, changed.select(rule.select))).map(({ Field }) => Field);
      for (const { name } of query.group)
        if (!names.includes(name)) refuse(place, `the SELECT gives no '${name}'`, `select it AS ${name}`);
    }
  }
}

/** Columns of a SELECT as MariaDB sees them, by way of a temporary table without rows. */
async function columnsOf(session: Session, where: string, select: string): Promise<Given[]> {
  try {
    await session.run(`CREATE OR REPLACE TEMPORARY TABLE banyan_check AS SELECT * FROM (\n${select}\n) q LIMIT 0`);
    return await session.rows<Given>('SHOW COLUMNS FROM banyan_check');
  } catch (thrown) {
    const error = KitError.from(thrown);
    if (error.code !== 'row-refused') throw error;
    const { message } = (error.cause ?? error) as Error;
    throw new KitError('declaration', `${where}${lineOf(message, select)}: ${message}`, {
      remedy: 'name the tables in `from` and their declared columns only, as they are called in the monolith',
      cause: error,
    });
  } finally {
    await session.run('DROP TEMPORARY TABLE IF EXISTS banyan_check').catch(() => {});
  }
}

/** MariaDB gives the line of a syntax error alone, counted from our own first line. */
function lineOf(message: string, select: string): string {
  const syntax = /at line (\d+)$/.exec(message);
  if (syntax) return `, line ${Math.max(1, Number(syntax[1]) - 1)}`;
  const name = /'(?:[^']*\.)?([^'.]+)'/.exec(message)?.[1];
  const line = name === undefined ? -1 : select.split('\n').findIndex((text) => text.includes(name));
  return line === -1 ? '' : `, line ${line + 1}`;
}

function checkColumns(where: string, query: QueryTable, given: readonly Given[]): void {
  const declared = new Map(query.columns.map((column) => [column.name, column]));
  const names = new Set(given.map(({ Field }) => Field));
  const missing = query.columns.find(({ name }) => !names.has(name));
  if (missing)
    refuse(`${where}.${missing.name}`, 'the SELECT has no such column', `select something AS ${missing.name}`);
  for (const { Field, Type } of given) {
    const column =
      declared.get(Field) ?? refuse(`${where}.${Field}`, 'it is not declared', 'declare it, or do not select it');
    const digits = fractionOf(Type);
    if (digits > fractionOf(column.type.sql)) {
      const remedy = `declare ${Type}, or write CAST(… AS ${castOf(column)}) in the SELECT, which is then proved as well`;
      refuse(`${where}.${Field}`, `the SELECT gives ${Type}, which ${column.type.sql} would round`, remedy);
    }
  }
}

/** Digits behind the point of a decimal, or of the seconds; a float has more than any. */
function fractionOf(type: string): number {
  const [, base = '', first, second] = /^([a-z]+)(?:\((\d+)(?:,(\d+))?\))?/i.exec(type) ?? [];
  if (/^(float|double)$/i.test(base)) return Number.POSITIVE_INFINITY;
  if (/^(decimal|numeric)$/i.test(base)) return Number(second ?? 0);
  return /^(datetime|timestamp|time)$/i.test(base) ? Number(first ?? 0) : 0;
}

const castOf = ({ type }: Column): string => type.sql.replace(/ .*/, '').toUpperCase();

function refuse(where: string, why: string, remedy: string): never {
  throw new KitError('declaration', `${where}: ${why}`, { remedy });
}
