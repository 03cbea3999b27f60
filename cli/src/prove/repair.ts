import { type Repair, type RepairOptions, repair as repairRows, Schemas } from '@banyan/kit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import type { Arguments, Command, Context } from '../command.ts';
import { project } from '../project/project.ts';
import { needs, type Target } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { provedServices } from './proved.ts';

export const repair: Command = {
  summary: 'puts right what banyan prove has found to differ, at a barrier, and tells it to the stream',
  help: `banyan repair [SERVICE]

Holds the projection at a position of the source, reads just the rows that differ in a snapshot at exactly that position, and has
the projector make them so in a commit of its own. Nothing newer is undone. The corrections stay in the topic
<prefix>.corrections, so that a read model that is made anew from the stream takes them too.

  banyan prove; banyan repair; banyan prove`,
  options: {},
  words: 1,
  run: runRepair,
};

async function runRepair(context: Context, args: Arguments): Promise<number> {
  const { output, json } = context;
  const { target, all } = await provedServices(context, args.words[0]);
  const done: (Repair & { readonly name: string })[] = [];
  for (const { service, source, database } of all) {
    const { name, projection } = service;
    done.push({ name, ...(await repairReadModel(context, target, { projection, source, database })) });
  }
  if (json) await output.line(jsonLine({ command: 'repair', ok: true, problems: [], projections: done }));
  else for (const one of done) await output.line(escaped(textOf(one.name, one)));
  return 0;
}

/** Puts right what the last proof of that read model has found, through the stream that the stack captures. */
export async function repairReadModel(
  { output, signal }: Context,
  { stack }: Target,
  readModel: Pick<RepairOptions, 'projection' | 'source' | 'database'>,
): Promise<Repair> {
  for (const part of ['kafka', 'registry'] as const) await needs(stack.part(part));
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-repair' });
  const schemas = new Schemas(stack.registryUrl);
  const { name } = readModel.projection;
  return await repairRows({
    ...{ ...readModel, transport, schemas, signal, topicPrefix: project().prefix },
    onProgress: ({ repaired, of, position }) => output.say(name, `${repaired} of ${of} repaired, at ${position}`),
  });
}

function textOf(name: string, { repaired, parked, folded }: Repair): string {
  const left = [
    parked === 0 ? '' : `; ${parked} left as they are, their keys are parked: banyan unpark ${name}`,
    folded === 0 ? '' : `; ${folded} rows of folds left as they are, fold them anew: banyan rebuild ${name}`,
  ].join('');
  if (repaired > 0) return `${name}: ${repaired} repaired; prove it again: banyan prove ${name}${left}`;
  return `${name}: nothing to repair; look for differences with banyan prove ${name}${left}`;
}
