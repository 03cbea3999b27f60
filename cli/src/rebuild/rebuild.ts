import {
  copyVerdicts,
  coversAll,
  parsePosition,
  prove,
  Session,
  switchVersions,
  type Versions,
  versionIn,
} from '@banyan/kit';
import type { Arguments, Command, Context } from '../command.ts';
import { CliError, usage } from '../errors.ts';
import { nextVersionIn } from '../parts/service-parts.ts';
import { type Proved, provedServices } from '../prove/proved.ts';
import { repairReadModel } from '../prove/repair.ts';
import { bringUp, fillLimitMs, pause } from '../starting.ts';
import type { Target } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { dropReadModel, makeVersion } from '../users.ts';
import { refuseWhileOwner } from '../writes/owned.ts';

export const rebuild: Command = {
  summary:
    'fills a new version of a read model from the stream beside the one that answers, proves it, and switches to it',
  help: `banyan rebuild SERVICE [--undo | --drop-old]

The new version is filled in a database of its own, by the service as it is in the checkout now, while the old one answers. It is
compared with the source; what the stream has not told is put right, and compared again. When not one row differs it takes the
other's place in one statement. The old one is kept.

  banyan rebuild accounts              after the declaration has changed, or when you do not trust what is there
  banyan rebuild accounts --undo       the version before answers again, at once; the new one is kept
  banyan rebuild accounts --drop-old   the version that is kept is dropped

Cut off before the switch it has changed nothing, and goes on where it was when it is run again.`,
  options: { undo: {}, 'drop-old': {} },
  words: 1,
  startsThings: true,
  run: runRebuild,
};

async function runRebuild(context: Context, args: Arguments): Promise<number> {
  const [name] = args.words;
  if (name === undefined) throw usage('say which service: banyan rebuild SERVICE');
  if (args.options.undo && args.options['drop-old']) throw usage('either --undo or --drop-old');
  const { target, all } = await provedServices(context, name);
  const rebuilding = new Rebuilding(context, target, all[0]!);
  if (args.options.undo) await rebuilding.undo();
  else if (args.options['drop-old']) await rebuilding.dropOld();
  else await rebuilding.run();
  return 0;
}

class Rebuilding {
  readonly #context: Context;
  readonly #target: Target;
  readonly #proved: Proved;
  readonly #name: string;
  readonly #versions: Versions;

  constructor(context: Context, target: Target, proved: Proved) {
    this.#context = context;
    this.#target = target;
    this.#proved = proved;
    this.#name = proved.service.name;
    this.#versions = { live: this.#name, next: `${this.#name}__next`, old: `${this.#name}__old` };
  }

  async run(): Promise<void> {
    await this.#refuseWhileOwner();
    const { database } = this.#proved;
    const { next, old } = this.#versions;
    const { stack } = this.#target;
    if (await versionIn(database, old)) throw this.#kept();
    for (const one of [next, old]) await makeVersion(stack, this.#name, one);
    await copyVerdicts(database, this.#name, next, { parkRefused: false });
    const { projector } = nextVersionIn(stack, this.#name, next);
    try {
      await bringUp(projector, this.#say, this.#context.signal, fillLimitMs);
      await this.#prove();
      await this.#switch(async () => {
        await this.#caughtUp();
        await projector.stop();
        await switchVersions(database, this.#versions);
      });
    } finally {
      await projector.stop();
    }
    await this.#done('rebuilt', `undo it: banyan rebuild ${this.#name} --undo; or drop the old one: --drop-old`);
  }

  /** The version that is kept becomes the one that answers. */
  async undo(): Promise<void> {
    await this.#refuseWhileOwner();
    const { live, next, old } = this.#versions;
    await makeVersion(this.#target.stack, this.#name, next);
    await this.#switch(async () => {
      await switchVersions(this.#proved.database, { live, next: old, old: next });
      // What was the new one is kept where the old one was.
      await switchVersions(this.#proved.database, { live: old, next, old: `${this.#name}__spare` });
    });
    await this.#done('undone', `the other version is kept in ${old}: banyan rebuild ${this.#name} --drop-old`);
  }

  async dropOld(): Promise<void> {
    const { stack } = this.#target;
    for (const database of [this.#versions.old, this.#versions.next]) await dropReadModel(stack, database);
    await this.#done('dropped', '');
  }

  async #refuseWhileOwner(): Promise<void> {
    await using session = await Session.open(this.#proved.database);
    await refuseWhileOwner(session, this.#proved.service);
  }

  /** What the stream has not told is put right once: a DEFAULT that is an expression, rows changed without a log. */
  async #prove(): Promise<void> {
    if ((await this.#differences()) === 0) return;
    await this.#repair();
    const left = await this.#differences();
    if (left === 0) return;
    const text = `${left} rows of the new version are not as the source has them, and were not put right; nothing was switched`;
    const remedy = `find out what changes them without the binlog, and run it again; banyan rebuild ${this.#name} --drop-old drops the new version`;
    throw new CliError('different', text, { remedy });
  }

  async #differences(): Promise<number> {
    const { signal } = this.#context;
    const proof = await prove({ ...this.#next(), signal, anew: true });
    this.#say(this.#name, `the new version: ${proof.rows} rows compared with the source, ${proof.differences} differ`);
    return proof.differences;
  }

  async #repair(): Promise<void> {
    const { repaired } = await repairReadModel(this.#context, this.#target, this.#next());
    this.#say(this.#name, `the new version: ${repaired} rows put right`);
  }

  #next() {
    const { service, source, database } = this.#proved;
    return { projection: service.projection, source, database: { ...database, database: this.#versions.next } };
  }

  /** With the service's own projector stopped, and started again as the checkout has it; the API too when its tables are others. */
  async #switch(run: () => Promise<void>): Promise<void> {
    const { projector, api } = this.#target.services.find(({ name }) => name === this.#name)!;
    const { database } = this.#proved;
    const before = await versionIn(database, this.#versions.live);
    await projector.stop();
    try {
      await run();
    } finally {
      await projector.start();
    }
    const after = await versionIn(database, this.#versions.live);
    if (before?.declaration !== after?.declaration && (await api.isRunning())) {
      await api.stop();
      await bringUp(api, this.#say, this.#context.signal);
    }
    await bringUp(projector, this.#say, this.#context.signal);
  }

  /** The new version is at least as far as the one that has answered, which stands still. */
  async #caughtUp(): Promise<void> {
    const { database } = this.#proved;
    const { live, next } = this.#versions;
    const { signal } = this.#context;
    for (const until = Date.now() + 60_000; ; await pause(50, signal)) {
      const [now, coming] = [await versionIn(database, live), await versionIn(database, next)];
      if (!now?.position || (coming?.position && isAtLeast(coming.position, now.position))) return;
      signal.throwIfAborted();
      if (Date.now() > until)
        throw new CliError(
          'not-caught-up',
          `the new version is at ${coming?.position}, the old one at ${now.position}`,
        );
    }
  }

  #kept(): CliError {
    const text = `the version before is still kept in ${this.#versions.old}`;
    const remedy = `drop it: banyan rebuild ${this.#name} --drop-old; or go back to it: --undo`;
    return new CliError('version-kept', text, { remedy });
  }

  readonly #say = (who: string, text: string): void => this.#context.output.say(who, text);

  async #done(what: string, next: string): Promise<void> {
    const { output, json } = this.#context;
    const text = `${this.#name}: ${what}${next === '' ? '' : `; ${next}`}`;
    await output.line(
      json ? jsonLine({ command: 'rebuild', ok: true, problems: [], service: this.#name, what }) : escaped(text),
    );
  }
}

const isAtLeast = (position: string, other: string): boolean =>
  coversAll(parsePosition(position)!, parsePosition(other)!);
