import type { LoadHookSync } from 'node:module';

interface Change {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** Ways to break the promises, each as changes to source files; a mutant whose text is not found is an error. */
const changes: Readonly<Record<string, Change | readonly Change[]>> = {
  'commit-per-table': {
    file: '/apply/writer.ts',
    find: 'await this.#options.session.run(sql, values);',
    put: "{ await this.#options.session.run(sql, values); await this.#options.session.run('COMMIT'); await this.#options.session.run('START TRANSACTION'); }",
  },
  'no-fencing': {
    file: '/apply/writer.ts',
    find: 'if (matched !== 1) {',
    put: 'if (false) {',
  },
  'checkpoint-first': {
    file: '/projection/pass.ts',
    find: 'await this.#writer.write(batch.changes);',
    put: 'if (batch.checkpoint) await this.#writer.commit({ ...batch.checkpoint, anchors: new Map() }, null); await this.#writer.write(batch.changes);',
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
    file: '/serde/avro-types.ts',
    find: 'fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),',
    put: 'fromBuffer: (buffer: Buffer) => BigInt(Number(buffer.readBigInt64LE())),',
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
};

/** A load hook that gives Node the mutated text of those files, and everything else as it is. */
export function mutants(name: string): LoadHookSync {
  const found = changes[name];
  if (!found) throw new Error(`no mutant '${name}'; there are ${Object.keys(changes).join(', ')}`);
  return (url, context, next) => {
    const loaded = next(url, context);
    const change = [found].flat().find(({ file }) => url.endsWith(file));
    if (!change) return loaded;
    const source = String(loaded.source);
    if (!source.includes(change.find)) throw new Error(`mutant '${name}': ${change.file} has no '${change.find}'`);
    return { ...loaded, source: source.replace(change.find, () => change.put) };
  };
}
