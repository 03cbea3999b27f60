import { errnoOf } from '@banyan/kit';

/** What could not be looked at, and why: for the user lacks a right, or a limit was reached. */
export interface NotSeen {
  readonly what: string;
  readonly why: string;
}

/** A list that facts are told to while they are read. */
export type Unseen = NotSeen[];

/** Access denied: to a database, a table, a column, for want of a privilege, to a routine. */
const denied = new Set([1044, 1142, 1143, 1227, 1370]);
const tookTooLong = 1969;
const lockedByOthers = 1205;

/** For `catch`: null for what the server refuses to this user, or does not answer in time; anything else is thrown on. */
export function refusedBy(unseen: Unseen, what: string): (error: unknown) => null {
  return (error) => {
    const errno = errnoOf(error);
    if (errno === tookTooLong) unseen.push({ what, why: `the server did not answer within ${statementLimitS} s` });
    else if (errno === lockedByOthers) unseen.push({ what, why: 'somebody has locked it' });
    else if (errno !== undefined && denied.has(errno)) unseen.push({ what, why: 'the user lacks the right to see it' });
    else throw error;
    return null;
  };
}

/**
 * For `catch` around rows of one table: null for whatever the server says against it (a table that is broken, or stands elsewhere).
 * Only its number is told, as a text of it may hold a value. A connection that is lost is thrown on.
 */
export function failedBy(unseen: Unseen, what: string): (error: unknown) => null {
  return (error) => {
    const errno = errnoOf(error);
    if (errno === undefined || isFatal(errno)) throw error;
    try {
      return refusedBy(unseen, what)(error);
    } catch {
      unseen.push({ what, why: `the server refuses to read it, with error ${errno}` });
      return null;
    }
  };
}

/** Shutdown, a killed connection. */
const isFatal = (errno: number): boolean => errno === 1053 || errno === 1927;

/** No statement of the doctor runs longer: the server ends it. */
export const statementLimitS = 5;
