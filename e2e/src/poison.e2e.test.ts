import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeKey, giveVerdict, parkedOf, Schemas, Session } from '@banyan/kit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { banyan } from '../../cli/src/testing-cli.ts';
import { differences, invariants } from './bank.ts';
import { open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { withKafka } from './kafka.ts';
import { bankScenario } from './scenario.ts';
import { ServiceProcess } from './service-process.ts';

/** A service is called as its projection and its database are. */
const name = 'ledger';
const topic = `${name}.${name}.accounts`;

describe('a poison record', () => {
  const scenario = bankScenario(name);
  let session: Session;
  let services: string;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const { stack } = scenario.bridge;
    session = await Session.open({ ...(await stack.rootAccess('read-db')), database: name });
    // What `banyan up` writes down of a service and makes for it.
    services = join(stack.dataDir, 'services.json');
    await writeFile(services, JSON.stringify({ auth: false, services: [{ name, main: '', paths: [] }] }));
    const password = await stack.credentials.password(`service-${name}`);
    await writeFile(join(stack.credentials.folder, `service-${name}.password`), password, { mode: 0o600 });
    const root = await open(await stack.rootAccess('read-db'));
    await root.query("CREATE OR REPLACE USER ??@'127.0.0.1' IDENTIFIED BY ?", [`service-${name}`, password]);
    await root.query("GRANT ALL ON ??.* TO ??@'127.0.0.1'", [name, `service-${name}`]);
    await root.end();
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
    await session?.[Symbol.asyncDispose]();
    await rm(services, { force: true });
  });

  const cli = async (command: string, ...args: string[]) => {
    const { code, stdout, stderr } = await banyan([command, '--json', ...args], {
      BANYAN_DATA: scenario.bridge.stack.dataDir,
    });
    return { code, said: JSON.parse(stdout || JSON.stringify(stderr)) as Listed };
  };
  interface Listed {
    readonly settled: boolean;
    readonly problems: readonly unknown[];
    readonly stops: readonly { topic: string; partition: number; offset: string; isOpen: boolean; key: string[] }[];
    readonly parked: readonly { key: string[]; changes: number; since: string; isReleased: boolean }[];
  }

  /** One of the accounts, and the key of its messages as the connector wrote it. */
  async function someAccount(index = 0) {
    const { stack } = scenario.bridge;
    await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'e2e' });
    const reader = await transport.read([{ topic, partition: 0, offset: 0n }]);
    const chunk = await eventually('the snapshot is in Kafka', async () => (await reader.next(1000))[0]);
    await reader.close();
    const message = chunk.messages[index]!;
    const row = await decodeKey(new Schemas(stack.registryUrl), chunk, message);
    return { id: String(row!.id), key: Buffer.from(message.key!) };
  }

  it('is a named stop under traffic; parked, all else goes on, whole transactions, also when the projector is killed in between', async () => {
    const { bridge } = scenario;
    const account = await someAccount();
    const traffic = scenario.traffic(20);
    const first = await scenario.project();
    await first.state('streaming');
    await withKafka(bridge, async (kafka) => {
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: [{ key: account.key, value: 'no Avro' }] });
      await producer.disconnect();
    });
    expect(await first.state('stopped')).toMatchObject({ ready: false, code: 'undecodable' });

    const stopped = await cli('stops', name);
    expect(stopped).toMatchObject({ code: 1, said: { ok: false, parked: [] } });
    expect(stopped.said.stops).toMatchObject([{ topic, isOpen: true, key: [account.id], code: 'undecodable' }]);
    const [stop] = stopped.said.stops;
    expect(await cli('retry', name)).toMatchObject({ code: 0, said: { settled: true } });
    await first.state('stopped');
    await first.kill();

    // The verdict is given while nobody runs, and the one who takes it up dies in the commit that goes past the record.
    const record = { topic, partition: stop!.partition, offset: BigInt(stop!.offset) };
    await giveVerdict(session, name, { verb: 'park', record, reason: 'a test', by: 'e2e' });
    const second = await scenario.project({ SIGNAL_AT: 'checkpoint-written' });
    await second.gone();
    expect(second.log.at(-1)).toMatchObject({ signal: 'SIGKILL', transaction: 'open' });
    const third = await scenario.project();
    await third.state('streaming');
    await change(account.id);
    await bridge.caughtUp();

    const listed = await cli('stops', name);
    expect(listed).toMatchObject({ code: 0, said: { problems: [] } });
    const [parked] = listed.said.parked;
    expect(parked).toMatchObject({ key: [account.id], isReleased: false });
    expect(parked!.changes).toBeGreaterThanOrEqual(1);
    await eventually('it says how many', async () => (await third.get('/ready')).body.parkedKeys === 1);
    const api = await ServiceProcess.start('serve', bridge.environment);
    stops.push(() => api.kill());
    const asked = await api.get(`/accounts/${account.id}`);
    expect(asked).toMatchObject({ status: 409, body: { parkedSince: parked!.since, parkedFor: 'undecodable' } });
    for (let look = 0; look < 20; look++) expect((await invariants(bridge.read)).broken).toBeLessThanOrEqual(1);
    await traffic.stop();
    await bridge.caughtUp();
    const apart = await differences(bridge);
    expect(apart.filter((line) => !line.includes(`"id":"${account.id}"`))).toEqual([]);
    expect(apart.length).toBeGreaterThan(0);

    expect(await cli('unpark', name, '--', 'accounts', account.id)).toMatchObject({ code: 0, said: { settled: true } });
    expect(await parkedOf(session, name)).toMatchObject([{ key: `["${account.id}"]`, isReleased: true }]);
    await change(account.id);
    await bridge.caughtUp();
    expect(await parkedOf(session, name)).toEqual([]);
    expect(await differences(bridge)).toEqual([]);
    expect((await api.get(`/accounts/${account.id}`)).status).toBe(200);
    const verdicts = await rows(bridge.read, 'SELECT verb, reason FROM banyan_verdict ORDER BY id');
    expect(verdicts.map(({ verb }) => verb)).toEqual(['retry', 'park', 'unpark']);
  }, 180_000);

  it('is a change, too, that the read model refuses: skipped or parked, whole transactions go on, also when killed in between', async () => {
    const { bridge } = scenario;
    const [skipped, parked] = [await someAccount(1), await someAccount(2)];
    const traffic = scenario.traffic(20);
    const first = await scenario.project();
    await first.state('streaming');
    await bridge.read.query("ALTER TABLE accounts ADD CONSTRAINT none_of_these CHECK (currency <> 'XXX')");
    const refuse = ({ id }: { id: string }) =>
      bridge.source.query("UPDATE accounts SET currency = 'XXX' WHERE id = ?", [id]);
    const stopAt = async ({ id }: { id: string }) => {
      const stopped = await eventually('it is written down', async () => {
        const { said } = await cli('stops', name);
        return said.stops.find(({ isOpen, key }) => isOpen && key[0] === id);
      });
      expect(await first.state('stopped')).toMatchObject({ ready: false, code: 'row-refused' });
      return { ...stopped, text: `${stopped.topic}/${stopped.partition}@${stopped.offset}` };
    };

    await refuse(skipped);
    const { text } = await stopAt(skipped);
    expect(await cli('skip', name, text, '--reason', 'a test')).toMatchObject({ code: 0, said: { settled: true } });
    await first.state('streaming');
    await refuse(parked);
    const stop = await stopAt(parked);
    await first.kill();
    const record = { topic, partition: stop.partition, offset: BigInt(stop.offset) };
    await giveVerdict(session, name, { verb: 'park', record, reason: 'a test', by: 'e2e' });
    const second = await scenario.project({ SIGNAL_AT: 'checkpoint-written' });
    await second.gone();
    const third = await scenario.project();
    await third.state('streaming');
    await bridge.caughtUp();

    expect(await cli('stops', name)).toMatchObject({ code: 0, said: { parked: [{ key: [parked.id] }] } });
    const api = await ServiceProcess.start('serve', bridge.environment);
    stops.push(() => api.kill());
    const asked = await api.get(`/accounts/${parked.id}`);
    expect(asked).toMatchObject({ status: 409, body: { parkedFor: 'row-refused' } });
    expect((await api.get(`/accounts/${skipped.id}`)).status).toBe(200);
    for (let look = 0; look < 20; look++) expect((await invariants(bridge.read)).broken).toBeLessThanOrEqual(2);
    await traffic.stop();
    await bridge.caughtUp();
    const ids = [skipped, parked].map(({ id }) => `"id":"${id}"`);
    const apart = await differences(bridge);
    expect(apart.filter((line) => !ids.some((id) => line.includes(id)))).toEqual([]);

    await bridge.read.query('ALTER TABLE accounts DROP CONSTRAINT none_of_these');
    await cli('unpark', name, '--', 'accounts', parked.id);
    for (const { id } of [skipped, parked]) await change(id);
    await bridge.caughtUp();
    expect(await parkedOf(session, name)).toEqual([]);
    expect(await differences(bridge)).toEqual([]);
  }, 180_000);

  /** One of the columns that the read model has. */
  const change = (id: string) =>
    scenario.bridge.source.query(
      "UPDATE accounts SET currency = IF(currency = 'EUR', 'USD', 'EUR') WHERE id = ?; UPDATE accounts SET currency = 'EUR' WHERE id = ?",
      [id, id],
    );
});
