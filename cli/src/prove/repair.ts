import { type Repair, repair as repairReadModel, Schemas } from '@banyan/kit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import type { Arguments, Command, Context } from '../command.ts';
import { needs } from '../target.ts';
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
  const { output, signal, json } = context;
  const { target, all } = await provedServices(context, args.words[0]);
  const { stack } = target;
  for (const part of ['kafka', 'registry'] as const) await needs(stack.part(part));
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-repair' });
  const schemas = new Schemas(stack.registryUrl);
  const done: (Repair & { readonly name: string })[] = [];
  for (const { service, source, database } of all) {
    const { name, projection } = service;
    const result = await repairReadModel({
      ...{ projection, source, database, transport, schemas, signal, topicPrefix: 'bank' },
      onProgress: ({ repaired, of, position }) => output.say(name, `${repaired} of ${of} repaired, at ${position}`),
    });
    done.push({ name, ...result });
  }
  if (json) await output.line(jsonLine({ command: 'repair', ok: true, problems: [], projections: done }));
  else for (const one of done) await output.line(escaped(textOf(one.name, one)));
  return 0;
}

function textOf(name: string, { repaired, parked }: Repair): string {
  const left = parked === 0 ? '' : `; ${parked} left as they are, their keys are parked: banyan unpark ${name}`;
  if (repaired > 0) return `${name}: ${repaired} repaired; prove it again: banyan prove ${name}${left}`;
  return `${name}: nothing to repair; look for differences with banyan prove ${name}${left}`;
}
