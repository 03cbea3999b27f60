/**
 * In what two answers may differ and still mean the same. Places are JSON pointers (RFC 6901) in which `*` stands for any member or index.
 */
export interface Tolerances {
  /** Fields that differ by nature, and all below them. */
  readonly ignored?: readonly string[];
  /** Arrays whose order says nothing. */
  readonly unordered?: readonly string[];
  /** One value written in two ways: `decimal` 1.5 and "1.50", `id` 7 and "7", `instant` 2012-01-01T00:00:00Z and 2012-01-01T01:00:00.000+01:00. */
  readonly formats?: Readonly<Record<string, 'decimal' | 'id' | 'instant'>>;
  /** Fields that are compared and never shown. */
  readonly secret?: readonly string[];
}
