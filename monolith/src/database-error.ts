const DUPLICATE_KEY = 1062;
const UNKNOWN_DATABASE = 1049;
const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;
// Since MariaDB 11.6 a row changed by another transaction can be reported this way instead of being waited for.
const CHANGED_SINCE_READ = 1020;

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

/** What an error of the driver or of a socket carries; asked of anything that was thrown. */
function traitsOf(error: unknown): { readonly errno?: unknown; readonly code?: unknown; readonly fatal?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

/** A unique key already has this value (1062). */
export function isDuplicate(error: unknown): boolean {
  return traitsOf(error).errno === DUPLICATE_KEY;
}

/** The database named in the settings is not there (1049). */
export function isUnknownDatabase(error: unknown): boolean {
  return traitsOf(error).errno === UNKNOWN_DATABASE;
}

/** Another transaction was in the way and nothing of this one remains after a rollback (1213, 1205, 1020). */
export function isConflict(error: unknown): boolean {
  const { errno } = traitsOf(error);
  return errno === DEADLOCK || errno === LOCK_WAIT_TIMEOUT || errno === CHANGED_SINCE_READ;
}

/** The database did not answer or hung up; says nothing about what it had done by then. */
export function isUnreachable(error: unknown): boolean {
  const { code, fatal } = traitsOf(error);
  return fatal === true || (typeof code === 'string' && UNREACHABLE.has(code));
}
