export type { ChangeEvent, Operation, Row, SourcePosition, SourceValue, TransactionMarker } from './change-event.ts';
export {
  type Correction,
  decodeCorrection,
  encodeCorrection,
  type GroupCorrections,
  type RowCorrections,
} from './correction.ts';
export type { Gtid, Position } from './gtid.ts';
export {
  advance,
  covers,
  coversAll,
  emptyPosition,
  formatGtid,
  formatPosition,
  parseGtid,
  parsePosition,
} from './gtid.ts';
export { decodeHistory, encodeHistory, type History } from './history.ts';
export { fieldOf, sameValue } from './row.ts';
