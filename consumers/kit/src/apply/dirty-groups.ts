import type { ChangeEvent, SourceValue } from '../change-event/index.ts';
import type { MirrorTable, QueryTable } from '../projection/index.ts';
import type { Session } from '../read-store/session.ts';
import { ChangedRows, imagesOf } from './changed-rows.ts';
import { identity, valuesOf } from './coalesce.ts';

type Group = readonly SourceValue[];

/** Which groups of one query are to be computed anew; each once. */
export class DirtyGroups {
  readonly #query: QueryTable;
  readonly #mirrors: ReadonlyMap<string, { readonly mirror: MirrorTable; readonly changed: ChangedRows }>;
  #groups = new Map<string, Group>();
  #all = false;

  /** `mirrors` are those of its projection. */
  constructor(query: QueryTable, mirrors: readonly MirrorTable[]) {
    this.#query = query;
    this.#mirrors = new Map(mirrors.map((mirror) => [mirror.source, { mirror, changed: new ChangedRows(mirror) }]));
  }

  get all(): boolean {
    return this.#all;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Takes what there is, and begins anew. */
  take(): Group[] {
    const taken = [...this.#groups.values()];
    this.#groups = new Map();
    this.#all = false;
    return taken;
  }

  /**
   * Whether its rule for that source reads that very mirror: then what the rows were linked to is found before the mirror has the
   * changes alone. Where it reads others, these stand as they do afterwards. Asked by text: an `add` too many costs time, no more.
   */
  readsItself(source: string): boolean {
    const rule = this.#query.dirty.get(source);
    const { mirror } = this.#mirrors.get(source)!;
    return rule?.kind === 'select' && rule.select.toLowerCase().includes(mirror.name.toLowerCase());
  }

  /** Of one table's changes, which its mirror must have already, or where a rule reads itself also before: rules read the mirrors. */
  async add(session: Session, changes: readonly ChangeEvent[]): Promise<void> {
    for (const [source, ofTable] of Map.groupBy(changes, ({ table }) => table)) {
      const rule = this.#query.dirty.get(source);
      if (!rule || rule.kind === 'none' || this.#all) continue;
      const { mirror, changed } = this.#mirrors.get(source)!;
      if (rule.kind === 'all' || ofTable.some(({ operation }) => operation === 'truncate')) {
        this.#all = true;
        this.#groups.clear();
      } else if (rule.kind === 'columns') {
        for (const { row, change } of imagesOf(ofTable)) this.#addOne(valuesOf(mirror, rule.columns, row, change));
      } else {
        for (const row of await changed.ask(session, rule.select, ofTable))
          this.#addOne(this.#query.group.map(({ name }) => row[name] ?? null));
      }
    }
  }

  /** A group of a query has no NULL in it: it is part of the key. */
  #addOne(group: Group): void {
    if (!group.includes(null)) this.#groups.set(identity(group), group);
  }
}
