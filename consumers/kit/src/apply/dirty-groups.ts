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
   * Of a rule that reads its own table too: what the rows were linked to, before the mirror has the changes. Where it reads others alone,
   * these stand as they do afterwards, and `add` finds all of it.
   */
  async addBefore(session: Session, changes: readonly ChangeEvent[]): Promise<void> {
    await this.add(
      session,
      changes.filter(({ table }) => {
        const rule = this.#query.dirty.get(table);
        return rule?.kind === 'select' && rule.select.toLowerCase().includes(this.#nameOf(table));
      }),
    );
  }

  /** The mirrors must have the changes already, which are of one table: rules read them. */
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

  #nameOf(source: string): string {
    return this.#mirrors.get(source)!.mirror.name.toLowerCase();
  }

  /** A group of a query has no NULL in it: it is part of the key. */
  #addOne(group: Group): void {
    if (!group.includes(null)) this.#groups.set(identity(group), group);
  }
}
