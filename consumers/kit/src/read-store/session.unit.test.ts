import { describe, expect, it } from '@jest/globals';
import { databaseError } from './session.ts';

// Codes and states as MariaDB 11.4 sends them; source: https://mariadb.com/kb/en/mariadb-error-code-reference/
const waits: [string, number | undefined, string | undefined][] = [
  ['nobody listens', -111, undefined],
  ['the connection was lost', undefined, undefined],
  ['the server was shut down', 1053, '08S01'],
  ['the connection was killed', 1927, '70100'],
  ['too many connections', 1040, '08004'],
  ['the password is wrong', 1045, '28000'],
  ['no right to the database', 1044, '42000'],
  ['the database is not there', 1049, '42000'],
  ['no right to the table', 1142, '42000'],
  ['no right to the column', 1143, '42000'],
  ['a right is missing', 1227, '42000'],
  ['a deadlock', 1213, '40001'],
  ['a lock that was not given', 1205, 'HY000'],
  ['the server is read only', 1290, 'HY000'],
];
const full: [string, number, string][] = [
  ['a copy for which there is no space', 1021, 'Disk full (/tmp); waiting for someone to free some space...'],
  ['a table that cannot grow', 1114, "The table 'accounts' is full"],
  ['a file', 3, `Error writing file './t.MAD' (Errcode: 28 "No space left on device")`],
  ['a storage engine', 1030, 'Got error 28 "No space left on device" from storage engine Aria'],
];
const stops: [string, number, string][] = [
  ['a duplicate key', 1062, '23000'],
  ['NULL in a key', 1048, '23000'],
  ['a CHECK', 4025, '23000'],
  ['a text too long', 1406, '22001'],
  ['a number out of range', 1264, '22003'],
  ['a date that is none', 1292, '22007'],
  ['a character the set lacks', 1366, '22007'],
  ['a member the ENUM lacks', 1265, '01000'],
  ['the table is gone', 1146, '42S02'],
  ['the column is gone', 1054, '42S22'],
  ['a column that is named twice', 1060, '42S21'],
  ['a key on a text without length', 1170, '42000'],
  ['a collation nobody knows', 1273, 'HY000'],
];

describe('databaseError', () => {
  it.each(waits)('%s is worth waiting for', (_, errno, sqlState) => {
    expect(databaseError({ errno, sqlState, message: 'why' }, 'what')).toMatchObject({
      code: 'database-unreachable',
      retriable: true,
      message: 'read-model database: what: why',
    });
  });

  it.each(full)('%s names the full disk, and waits', (_, errno, message) => {
    expect(databaseError({ errno, sqlState: 'HY000', message }, 'what')).toMatchObject({
      code: 'database-full',
      retriable: true,
      remedy: expect.stringContaining('make space'),
    });
  });

  it.each(stops)('%s stops', (_, errno, sqlState) => {
    expect(databaseError({ errno, sqlState, message: 'why' }, 'what')).toMatchObject({
      code: 'row-refused',
      retriable: false,
      remedy: expect.stringContaining('declared columns'),
    });
  });

  it('keeps the cause', () => {
    const cause = new Error('lost');
    expect(databaseError(cause, 'what').cause).toBe(cause);
  });
});
