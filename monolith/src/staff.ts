import { change, type Queryable } from './database.ts';
import { isDuplicate } from './database-error.ts';
import { Rejection } from './rejection.ts';

/** Gives the branch of a name another code; who works there or is a customer there follows. Throws Rejection 409 `branch_exists`. */
export async function renameBranch(db: Queryable, name: string, newCode: string): Promise<void> {
  try {
    const { matchedRows } = await change(db, 'UPDATE branches SET code = ? WHERE name = ?', [newCode, name]);
    if (matchedRows === 0)
      throw new Rejection(404, 'unknown_branch', `there is no branch called ${name}; check the name`);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new Rejection(409, 'branch_exists', `there is a branch ${newCode} already; choose another code`);
  }
}

/** Takes on an employee in the branch of a name, under the number that comes next. Returns the id. */
export async function hire(db: Queryable, name: string, branch: string, managerId: bigint | null): Promise<bigint> {
  const { insertId } = await change(
    db,
    `INSERT INTO employees (number, branch_code, manager_id, name, role, hired_on, active, rights)
     SELECT (SELECT 10 + MAX(number) FROM employees), code, ?, ?, 'clerk', UTC_DATE(), 1, b'11' FROM branches WHERE name = ?`,
    [managerId, name, branch],
  );
  return insertId;
}

/** Deletes an employee: customers have no advisor then, notes no author, and others no one who leads them. */
export async function leave(db: Queryable, id: bigint): Promise<void> {
  const { matchedRows } = await change(db, 'DELETE FROM employees WHERE id = ?', [id]);
  if (matchedRows === 0) throw new Rejection(404, 'unknown_employee', `there is no employee ${id}; check the number`);
}
