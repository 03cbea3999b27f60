/**
 * What an error says. A refused connection to a name with several addresses is an AggregateError, whose own message is
 * empty: then what each of its parts says.
 */
export function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(errorText).join('; ');
  return 'message' in error ? String(error.message) : String(error);
}
