import { join } from 'node:path';
import { portsFrom, readConfig, Stack } from '@banyan/stack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fullDisks } from '../../cli/src/status/disks.ts';
import { type Bridge, openBridge, suiteStack } from './bridge.ts';
import { one, open } from './database.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';
import { proved } from './proved.ts';
import { ServiceProcess } from './service-process.ts';
import { SmallDisk } from './small-disk.ts';

/** Each part on a small disk of its own, in a stack of the test's own: a full disk is no matter for the others. */
describe('a full disk', () => {
  let stack: Stack;
  let bridge: Bridge;
  let projector: ServiceProcess;
  let disks: Record<'kafka' | 'read' | 'binlog', SmallDisk>;
  let written = 0;

  beforeAll(async () => {
    const dataDir = join(suiteStack().dataDir, 'disks');
    const config = readConfig(process.env, { root: dataDir, purpose: 'test', portBase: 20_000 });
    stack = await Stack.prepare({ ...config, dataDir, ports: portsFrom(await freePorts(8)) }, () => {});
    const binlog = join(dataDir, 'binlog');
    disks = {
      kafka: await SmallDisk.at(join(dataDir, 'kafka/log'), 200),
      read: await SmallDisk.at(join(dataDir, 'read-db'), 260),
      binlog: await SmallDisk.at(binlog, 48),
    };
    await stack.start({
      progress: () => {},
      within: {
        kafka: disks.kafka.within,
        'read-db': disks.read.within,
        'source-db': [...disks.binlog.within, '/bin/sh', '-c', `exec "$@" --log-bin="$0"`, `${binlog}/binlog`],
      },
    });
    bridge = await openBridge('disks', stack);
    await bridge.source.query(
      `CREATE TABLE letters (id BIGINT PRIMARY KEY, batch INT NOT NULL, words VARCHAR(4000) NOT NULL);
       CREATE TABLE stamps (id BIGINT PRIMARY KEY, batch INT NOT NULL)`,
    );
    await bridge.capture(['letters', 'stamps']);
    projector = await ServiceProcess.start('project', {
      ...bridge.environment,
      PROJECTION: 'letters',
      LEASE_MS: '1000',
    });
    await projector.state('streaming');
  }, 240_000);

  afterAll(async () => {
    await projector?.kill();
    bridge?.source.destroy();
    bridge?.read.destroy();
    await stack?.stop();
    for (const disk of Object.values(disks ?? {})) await disk.close();
  }, 120_000);

  /** One transaction over both tables, of a megabyte. */
  const write = async (connection = bridge.source) => {
    const batch = ++written;
    const ids = `seq_${batch * 1000 + 1}_to_${batch * 1000 + 300}`;
    await connection.query(
      `START TRANSACTION;
       INSERT INTO letters SELECT seq, ${batch}, REPEAT(CHAR(65 + seq % 26), 3000) FROM ${ids};
       INSERT INTO stamps SELECT seq, ${batch} FROM ${ids};
       COMMIT`,
    );
  };
  const waiting = (code: string) =>
    eventually(`it waits for ${code}`, async () => {
      const { status, body } = await projector.get('/ready');
      if (status !== 503 || body.state !== 'waiting' || body.code !== code) throw new Error(JSON.stringify(body));
      return String(body.reason);
    });
  /** What `banyan status` says of the part; nothing of any other one. */
  const found = (where: string) =>
    eventually(`banyan status names ${where}`, async () => {
      const problems = await fullDisks(stack, 3000);
      if (problems.length === 0) throw new Error('nothing is full');
      expect(problems).toEqual([expect.objectContaining({ where, code: 'disk-full' })]);
      return problems[0]!.remedy!;
    });
  const equal = async () => {
    await bridge.caughtUp();
    await projector.state('streaming');
    expect(await proved(bridge, 'letters')).toMatchObject({ differences: 0, rows: written * 600 });
    expect(await fullDisks(stack, 3000)).toEqual([]);
  };

  it('of the read model: named, nothing of a transaction is there, and it goes on by itself', async () => {
    await write();
    await bridge.caughtUp();
    await disks.read.fill();
    for (let batch = 0; batch < 12; batch++) await write();
    const reason = await waiting('database-full');
    expect(reason).toContain("The table 'letters' is full");
    expect(reason).toContain('make space');
    const { letters, stamps } = await one(
      bridge.read,
      'SELECT (SELECT COUNT(*) FROM letters) AS letters, (SELECT COUNT(*) FROM stamps) AS stamps',
    );
    expect(letters).toBe(stamps);
    expect(Number(letters) % 300).toBe(0);
    await disks.read.empty();
    await equal();
  }, 120_000);

  it('of the broker: it ends by itself and is named; started with space there, all goes on', async () => {
    await disks.kafka.fill();
    for (let batch = 0; batch < 4; batch++) await write();
    expect(await found('kafka')).toContain('start it: banyan up');
    await waiting('kafka-unreachable');
    // Without space it does not start, and does no harm.
    const kafka = stack.part('kafka');
    await kafka.start(undefined, disks.kafka.within);
    await expect(kafka.untilReady(60_000, () => {})).rejects.toThrow('ended while starting');
    expect(await found('kafka')).toContain('make space');

    await disks.kafka.empty();
    await kafka.start(undefined, disks.kafka.within);
    await kafka.untilReady(60_000, () => {});
    await write();
    await equal();
  }, 180_000);

  it("of the monolith's binlog: its commits wait and are named; woken with space there, none is lost", async () => {
    await disks.binlog.fill(100_000);
    const writer = await open({ ...(await stack.rootAccess('source-db')), database: 'disks' });
    const committed = write(writer);
    const remedy = await found('source-db');
    expect(remedy).toMatch(/make space there .*KILL QUERY \d+;/);
    await projector.state('streaming'); // What was committed before is there, with its age.
    await disks.binlog.empty();
    const admin = await open(await stack.rootAccess('source-db'));
    for (const [kill] of remedy.matchAll(/KILL QUERY \d+/g)) await admin.query(kill);
    await admin.end();
    await committed;
    await write(writer);
    writer.destroy();
    await equal();
  }, 120_000);
});
