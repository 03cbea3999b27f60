/** NULL, out of range, truncated, wrong value, too long, a check: https://mariadb.com/kb/en/mariadb-error-code-reference/ */
export const misfits: ReadonlySet<number> = new Set([1048, 1264, 1265, 1292, 1366, 1406, 1452, 1525, 1644, 3819, 4025]);
