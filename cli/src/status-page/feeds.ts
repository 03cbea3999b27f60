import { kafkaJsTransport } from '@banyan/kit/transport';
import { SharedRead } from '@banyan/strangler/live-page';
import type { CliConfig } from '../config.ts';
import { CliError, problemOf } from '../errors.ts';
import { project } from '../project/project.ts';
import { lookAt } from '../status/look.ts';
import { partStatus } from '../status/parts.ts';
import { type Found, stopsIn } from '../stops/found.ts';
import { readModelSession } from '../stops/service.ts';
import { rangesOf } from '../tail/read.ts';
import { capturedTopics } from '../tail/topics.ts';
import { openTarget, type Target } from '../target.ts';
import { foldStatus } from './fold-status.ts';
import { foldStops } from './fold-stops.ts';
import type { Feeds } from './page-server.ts';
import type { StopsTold, TopicsTold } from './told.ts';
import { TransactionFeed } from './transaction-feed.ts';

/** As `banyan status` has it. */
const limitMs = 3000;
const statusEveryMs = 2000;
const othersEveryMs = 5000;

/**
 * What the page is told of the stack of a data folder: each thing is asked once for all who watch, and only while somebody does. The
 * folder is looked at anew each time, as a service may have been added.
 */
export function feedsOf(config: CliConfig, onBroken: (error: unknown) => void): Feeds {
  const target = () => openTarget(config);
  const status = new SharedRead(
    async () => foldStatus(await lookAt(target(), limitMs), Date.now()),
    statusEveryMs,
    onBroken,
  );
  const stops = new SharedRead(() => stopsOf(target()), othersEveryMs, onBroken);
  const topics = new SharedRead(() => topicsOf(target()), othersEveryMs, onBroken);
  const transactions = new TransactionFeed(() => target().stack);
  return {
    status: (tell) => status.follow(tell),
    stops: (tell) => stops.follow(tell),
    topics: (tell) => topics.follow(tell),
    transactions: (tell) => transactions.follow(tell),
  };
}

async function stopsOf(target: Target): Promise<StopsTold> {
  try {
    await answering(target, 'read-db');
  } catch (error) {
    return foldStops([], [problemOf('read-db', error).message]);
  }
  const found: Found[] = [];
  const unknown: string[] = [];
  for (const { name } of target.services) {
    try {
      await using session = await readModelSession(target, name);
      found.push(await stopsIn(session, name, false));
    } catch (error) {
      unknown.push(`${name}: ${problemOf(name, error).message}`);
    }
  }
  return foldStops(found, unknown);
}

async function topicsOf(target: Target): Promise<TopicsTold> {
  try {
    await answering(target, 'kafka');
    await using transport = kafkaJsTransport({ brokers: [target.stack.kafka], clientId: 'banyan-status-page' });
    const { transactions, tables } = capturedTopics(await transport.topics(), project().prefix);
    const ranges = Map.groupBy(await rangesOf(transport, [transactions, ...tables.values()]), ({ topic }) => topic);
    const topics = [...ranges].map(([topic, partitions]) => ({
      topic,
      partitions: partitions.length,
      messages: Number(partitions.reduce((all, { low, high }) => all + high - low, 0n)),
    }));
    return { topics, problem: null };
  } catch (error) {
    return { topics: [], problem: problemOf('kafka', error).message };
  }
}

/** What is frozen would be waited for much longer by who asks it. */
async function answering({ stack }: Target, name: 'kafka' | 'read-db'): Promise<void> {
  const { state } = await partStatus(stack.part(name), limitMs);
  if (state !== 'answers')
    throw new CliError('not-running', `${name} ${state === 'silent' ? 'does not answer' : 'does not run'}`);
}
