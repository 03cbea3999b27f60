import type { LoadHookSync } from 'node:module';

interface Change {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** Ways to break the promises, each as changes to source files; a mutant whose text is not found is an error. */
export const changes: Readonly<Record<string, Change | readonly Change[]>> = {
  'commit-per-table': {
    file: '/apply/writer.ts',
    find: 'await this.#options.store.write(table, coalesce(table, all));',
    put: 'await this.#options.store.write(table, coalesce(table, all)); await this.#options.store.commit(); await this.#options.store.begin();',
  },
  'no-fencing': {
    file: '/apply/writer.ts',
    find: 'if (!isOurs) {',
    put: 'if (false) {',
  },
  'checkpoint-first': {
    file: '/projection/pass.ts',
    find: 'await this.#writer.write(changes);',
    put: 'if (batch.checkpoint) await this.#writer.commit({ ...batch.checkpoint, anchors: new Map(), filled: this.filled }, null); await this.#writer.write(changes);',
  },
  'skip-refused': {
    file: '/projection/pass.ts',
    find: 'await this.#writer.write(changes);',
    put: 'await this.#writer.write(changes).catch(() => {});',
  },
  'fill-half': { file: '/projection/pass.ts', find: ' || this.#merge.isPartlyTaken) return;', put: ') return;' },
  'history-half': { file: '/projection/histories.ts', find: "state === 'whole' ? [] : [table]", put: '[]' },
  'offsets-ahead': {
    file: '/merge/transaction-merge.ts',
    find: 'offsets.set(log.partition, log.restartOffset)',
    put: 'offsets.set(log.partition, log.nextOffset)',
  },
  'skip-undecodable': {
    file: '/serde/decoder.ts',
    find: 'for (const message of chunk.messages) {',
    put: 'chunk = { ...chunk, messages: chunk.messages.filter(({ value }) => value === null || value[0] === 0) }; for (const message of chunk.messages) {',
  },
  'no-anchor': {
    file: '/projection/log-identity.ts',
    find: 'if (expected) {',
    put: 'if (false) {',
  },
  'stop-instead-of-wait': {
    file: '/src/errors.ts',
    find: "'kafka-unreachable': 'wait'",
    put: "'kafka-unreachable': 'stop'",
  },
  'longs-are-numbers': {
    file: '/serde/avro-reader.ts',
    find: 'long: (cursor) => BigInt(cursor.whole()),',
    put: 'long: (cursor) => BigInt(Number(cursor.whole())),',
  },
  'trust-counts': [
    { file: '/merge/marker-log.ts', find: 'transaction.sentAgain = true;\n  transaction.counts = null;', put: '' },
    {
      file: '/merge/transaction-merge.ts',
      find: '!this.#reached.filling && this.#data.countsMet(head.counts)) return true;',
      put: '!this.#reached.filling) return this.#data.countsMet(head.counts);',
    },
  ],
  'wait-for-end': {
    file: '/merge/marker-log.ts',
    find: 'if (before) before.closedFor ??= nextRequest;',
    put: '',
  },
  'lazy-queries': {
    file: '/apply/query-refresh.ts',
    find: 'else await this.#compute(query, groups);',
    put: 'else if (groups.length > 20) await this.#compute(query, groups);',
  },
  'forget-cuts': {
    file: '/merge/marker-log.ts',
    find: 'if (known.closedFor === null) known.maybeCut = true;\n    else known',
    put: 'if (known.closedFor !== null) known',
  },
  'no-cascades': {
    file: '/apply/writer.ts',
    find: 'for await (const made of this.#cascades.expand(losses)) {',
    put: 'for await (const made of this.#cascades.expand([])) {',
  },
  'prove-without-hold': {
    file: '/proof/windows.ts',
    find: 'await barrier.advance(position);\n    await openReadSnapshot(sessions.read, projection, position);',
    put: "await barrier.release(); await sessions.read.run('START TRANSACTION WITH CONSISTENT SNAPSHOT');",
  },
  'repair-without-barrier': [
    { file: '/proof/repair.ts', find: 'await barrier.advance(at);', put: 'await barrier.release();' },
    {
      file: '/proof/repair.ts',
      find: 'await this.#publish(corrections);',
      put: 'await new Promise((done) => setTimeout(done, 1500)); await this.#publish(corrections);',
    },
    {
      file: '/projection/corrections.ts',
      find: 'if (position === null) return [];',
      put: 'if (position === null) return []; return this.#pending.splice(0);',
    },
    { file: '/projection/corrections.ts', find: 'coversAll(position, at) && !coversAll(at, position)', put: 'false' },
    { file: '/projection/pass.ts', find: ', this.#corrections.upTo)', put: ', null)' },
  ],
  'no-shapes': {
    file: '/projection/pass.ts',
    find: 'await this.#shapes.admit(table, chunk);',
    put: '',
  },
  'no-owner': {
    file: '/query-api/access.ts',
    find: 'return { owner: ownerIs(served, customerId), expiresAtMs };',
    put: 'return { owner: null, expiresAtMs };',
  },
};

/** A load hook that gives Node the mutated text of those files, and everything else as it is. */
export function mutants(name: string): LoadHookSync {
  const found = changes[name];
  if (!found) throw new Error(`no mutant '${name}'; there are ${Object.keys(changes).join(', ')}`);
  return (url, context, next) => {
    const loaded = next(url, context);
    const ofFile = [found].flat().filter(({ file }) => url.endsWith(file));
    if (ofFile.length === 0) return loaded;
    const source = ofFile.reduce((text, { file, find, put }) => {
      if (!text.includes(find)) throw new Error(`mutant '${name}': ${file} has no '${find}'`);
      return text.replace(find, () => put);
    }, String(loaded.source));
    return { ...loaded, source };
  };
}
