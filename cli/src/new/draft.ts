// A declaration before it is written: what is to be in it, and what is to be said about it.

export interface ColumnDraft {
  readonly name: string;
  readonly type: string;
  /** Its name in the source where that is another. */
  readonly from: string;
}

export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export interface TableDraft {
  /** In the declaration. */
  readonly name: string;
  /** `database.table`. */
  readonly source: string;
  /** Why it is there, where nobody asked for it. */
  readonly why: string | null;
  readonly key: readonly string[];
  readonly path: string | null;
  readonly filters: readonly string[];
  readonly indexes: readonly (readonly string[])[];
  readonly columns: readonly ColumnDraft[];
  readonly leftOut: readonly LeftOut[];
}

/** A rule for the groups that a changed row of one table makes dirty. */
export interface DirtyDraft {
  readonly table: string;
  readonly rule: Readonly<Record<string, string>> | string;
  /** What could not be worked out; null: it was. */
  readonly why: string | null;
}

export interface QueryDraft {
  readonly name: string;
  /** Null: its key cannot be asked by. */
  readonly path: string | null;
  readonly key: readonly string[];
  readonly group: readonly string[];
  readonly filters: readonly string[];
  readonly columns: readonly ColumnDraft[];
  readonly select: string;
  readonly dirty: readonly DirtyDraft[];
}

export interface Draft {
  readonly name: string;
  readonly about: string;
  readonly tables: readonly TableDraft[];
  readonly query: QueryDraft | null;
  /** What the author should look at, a line each. */
  readonly notes: readonly string[];
}
