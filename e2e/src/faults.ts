import { setTimeout as delay } from 'node:timers/promises';
import type { PartName } from '@banyan/stack';
import { expect } from '@jest/globals';
import { type FaultRig, type LinkName, preloaded } from './fault-rig.ts';
import type { RegistryMode } from './faulty-registry.ts';
import { produceAgain } from './kafka.ts';
import { proved } from './proved.ts';
import type { Random } from './random.ts';
import { ServiceProcess } from './service-process.ts';
import { SourceStory } from './source-story.ts';

/** A fault by its number in docs/reference/faults.md. */
export interface Fault {
  readonly name: string;
  /** Begins it, and gives what ends it. */
  readonly inject: (rig: FaultRig, random: Random) => Promise<() => Promise<void>>;
  /** What a projector says while it lasts. */
  readonly code?: string;
}

const untilEnd = (random: Random) => delay(500 + random.upTo(1500));
const overAlready = async () => {};

function killed(part: PartName): Fault['inject'] {
  return async ({ bridge }, random) => {
    await bridge.stack.part(part).kill();
    await untilEnd(random);
    return async () => {
      await bridge.stack.part(part).start();
      await bridge.stack.part(part).untilReady(120_000, () => {});
    };
  };
}

/** In the middle of one transaction of 10,000 rows. */
const sourceKilled: Fault['inject'] = async (rig, random) => {
  const { bridge } = rig;
  const large = new SourceStory(bridge.source).large(2000 + random.upTo(100_000), 10_000).catch(() => {});
  await delay(random.upTo(150));
  const end = await killed('source-db')(rig, random);
  await large;
  return async () => {
    await end();
    await bridge.reconnectSource();
  };
};

/** More is written than the connector's queue holds, so that its binlog reader is held up, mostly for longer than the keep-alive. */
const brokerAway: Fault['inject'] = async (rig, random) => {
  const end = await killed('kafka')(rig, random);
  await new SourceStory(rig.bridge.source).large(400_000 + random.upTo(100_000), 30_000);
  await delay(random.pick([8000, 15_000, 40_000]));
  return end;
};

function cut(name: LinkName): Fault['inject'] {
  return async ({ links }, random) => {
    links[name].cut();
    await untilEnd(random);
    return async () => links[name].mend();
  };
}

function halfOpen(name: LinkName): Fault['inject'] {
  return async ({ links }) => {
    links[name].halfOpen();
    return overAlready;
  };
}

/** All of a projector's links at once, for so long that it falls behind. */
const slow: Fault['inject'] = async ({ links }, random) => {
  for (const name of ['read-db', 'kafka', 'registry'] as const)
    links[name].slow({ latencyMs: 20 + random.upTo(60), pieceBytes: 7 + random.upTo(2000) });
  await delay(5000);
  return async () => {
    for (const link of Object.values(links)) link.mend();
  };
};

/** It is asked anew by a projector that is started: one that runs knows what it needs. */
function wrongRegistry(mode: RegistryMode): Fault['inject'] {
  return async (rig) => {
    rig.registry.mode = mode;
    for (const index of [0, 1]) await rig.startProjector(index);
    return async () => {
      rig.registry.mode = 'well';
      // What was stopped by a wrong answer is started again, as its message says.
      if (mode === 'mistaken') for (const index of [0, 1]) await rig.startProjector(index);
    };
  };
}

function duplicated(topic: string, order: 'in order' | 'stale'): Fault['inject'] {
  return async ({ bridge }, random) => {
    const again = await produceAgain(bridge, `${bridge.name}.${topic.replace('*', bridge.name)}`, (values) => {
      const some = values.filter(() => random.next() < 0.1);
      return order === 'stale' ? random.shuffled(some).reverse() : some;
    });
    if (again === 0) throw new Error(`nothing of ${topic} came again`);
    return overAlready;
  };
}

const restartStorm: Fault['inject'] = async (rig, random) => {
  for (let restart = 0; restart < 12; restart++) {
    const index = random.upTo(2);
    await rig.projectors[index]!.kill(random.pick(['SIGKILL', 'SIGTERM']));
    await rig.startProjector(index);
    await delay(random.upTo(1200));
  }
  return overAlready;
};

const shiftedClock: Fault['inject'] = async (rig, random) => {
  const hours = random.pick([-2, 2]);
  const clock = {
    CLOCK_SHIFT_MS: String(hours * 3_600_000),
    NODE_OPTIONS: preloaded('redirect.ts', 'shifted-clock.ts'),
  };
  await rig.startProjector(0, clock);
  await delay(2000);
  await rig.projectors[1]!.kill(); // So that it leads; the other one, with the right clock, stands by.
  await rig.startProjector(1);
  await rig.bridge.caughtUp();
  return async () => {
    await rig.startProjector(0);
  };
};

/** A read model that fills from all that is in Kafka, in a heap that holds a part of it. */
const smallHeap: Fault['inject'] = async (rig, random) => {
  const { source, name } = rig.bridge;
  const story = new SourceStory(source);
  for (let large = 0; large < 3; large++) await story.large(200_000 + random.upTo(100_000), 20_000);
  const database = `${name}_small`;
  await rig.bridge.read.query(`CREATE DATABASE \`${database}\``);
  const projector = await ServiceProcess.start('project', {
    ...rig.environment,
    READ_DB_NAME: database,
    NODE_OPTIONS: `--max-old-space-size=128 ${preloaded('redirect.ts')}`,
  });
  try {
    await projector.state('streaming', 400_000); // all rounds' rows, so the more the later it comes
    expect(await proved(rig.bridge, 'orders', database)).toMatchObject({ differences: 0 });
  } finally {
    await projector.kill();
    await rig.bridge.read.query(`DROP DATABASE \`${database}\``);
  }
  return overAlready;
};

/** The cheap ones, each of them a few seconds long. */
export const faults: readonly Fault[] = [
  { name: 'F3 the broker killed', inject: killed('kafka') },
  { name: 'F6 the link to the read model cut', inject: cut('read-db') },
  { name: 'F6 the link to the broker cut', inject: cut('kafka') },
  { name: 'F6 the link to the registry cut', inject: cut('registry') },
  { name: 'F6 the link to the read model half-open', inject: halfOpen('read-db') },
  { name: 'F7 slow links', inject: slow },
  { name: 'F9 the registry fails', inject: wrongRegistry('failing'), code: 'registry-unreachable' },
  { name: 'F9 the registry knows no id', inject: wrongRegistry('forgetful'), code: 'schema-unknown' },
  { name: 'F9 the registry gives another schema', inject: wrongRegistry('mistaken'), code: 'undecodable' },
  { name: 'F10 records of a table again, in order', inject: duplicated('*.orders', 'in order') },
  { name: 'F10 records of a table again, stale', inject: duplicated('*.order_lines', 'stale') },
  { name: 'F10 markers again, in order', inject: duplicated('transaction', 'in order') },
  { name: 'F11 projectors restarted again and again', inject: restartStorm },
  { name: 'F19 a clock two hours off', inject: shiftedClock },
];

/** Those that take longer, for the long run. */
export const slowFaults: readonly Fault[] = [
  { name: 'F1 the source killed in a large transaction', inject: sourceKilled },
  { name: 'F3 the broker away for longer', inject: brokerAway },
  { name: 'F6 the link to the broker half-open', inject: halfOpen('kafka') },
  { name: 'F6 the link to the source cut', inject: cut('source') },
  { name: 'F6 the link to the source half-open', inject: halfOpen('source') },
  { name: 'F24 a small heap and a big backlog', inject: smallHeap },
];
