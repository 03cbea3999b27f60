/**
 * In what two answers may differ and still mean the same. Places are JSON pointers (RFC 6901) in which `*` stands for any member or index;
 * the empty pointer is the whole body.
 */
export interface Tolerances {
  /** Fields that differ by nature, and all below them. */
  readonly ignored?: readonly string[];
  /** Arrays whose order says nothing. What is below them is named with `*` for the index. */
  readonly unordered?: readonly string[];
  /** One value written in two ways: `decimal` 1.5 and "1.50", `id` 7 and "7", `instant` 2012-01-01T00:00:00Z and 2012-01-01T01:00:00.000+01:00. */
  readonly formats?: Readonly<Record<string, 'decimal' | 'id' | 'instant'>>;
  /**
   * Fields that are compared and never shown, with all below them. A route that has any does not show bodies which are no JSON.
   * Names of members are shown wherever they are.
   */
  readonly secret?: readonly string[];
}
