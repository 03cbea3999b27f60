/** `ledger_lines`, `ledger_lines_2`, … */
export const tableNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? 'ledger_lines' : `ledger_lines_${index + 1}`));
