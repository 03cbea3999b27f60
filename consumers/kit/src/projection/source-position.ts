import { type Position, parsePosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type DatabaseAccess, Session, type SessionKind } from '../read-store/index.ts';

const kind: SessionKind = {
  settings: 'SET SESSION max_statement_time=5',
  called: 'source database',
  answerWithinMs: 10_000,
};

/** Where the source stands: of all that it has committed by now. Anybody who may connect may ask. Throws KitError `source-unreachable`. */
export async function sourcePosition(source: Omit<DatabaseAccess, 'database'>): Promise<Position> {
  await using session = await Session.open({ ...source, database: '' }, kind);
  const [row] = await session.rows<{ position: string }>('SELECT @@GLOBAL.gtid_binlog_pos AS position');
  const position = parsePosition(row?.position ?? '');
  if (position) return position;
  throw new KitError('source-unreachable', `source database: its position '${row?.position}' is not one of GTIDs`);
}
