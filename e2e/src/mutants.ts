import type { LoadHookSync } from 'node:module';

/** Ways to break the promises, each as a change to one source file; a mutant whose text is not found is an error. */
const changes: Readonly<Record<string, { readonly file: string; readonly find: string; readonly put: string }>> = {
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
};

/** A load hook that gives Node the mutated text of the one file, and everything else as it is. */
export function mutants(name: string): LoadHookSync {
  const change = changes[name];
  if (!change) throw new Error(`no mutant '${name}'; there are ${Object.keys(changes).join(', ')}`);
  return (url, context, next) => {
    const loaded = next(url, context);
    if (!url.endsWith(change.file)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(change.find)) throw new Error(`mutant '${name}': ${change.file} has no '${change.find}'`);
    return { ...loaded, source: source.replace(change.find, () => change.put) };
  };
}
