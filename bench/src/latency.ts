import { setTimeout as delay } from 'node:timers/promises';
import type { Bridge } from '@banyan/e2e/src/bridge.ts';
import type { RowDataPacket } from 'mysql2/promise';
import { tableOfKit } from './apply.ts';
import type { Benchmark } from './benchmark.ts';
import { median, type Run } from './harness.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

const perSecond = 100;
const warm = 3 * perSecond;
const counted = 20 * perSecond;
const rowsBefore = 1000;

/** From the commit on the source to the first answer that has the row. */
export const latency: Benchmark = {
  name: 'latency',
  about: `commit to answer at ${perSecond} transactions a second, against Debezium's own defaults and a plain kafkajs consumer`,
  run: async (rig) => {
    const bridge = await rig.otherLines('bench_latency', rowsBefore);
    const ddl = await tableOfKit(rig, bridge);
    const peer = await plainCapture(rig, bridge);
    return {
      figures: [
        { name: 'latency p50', unit: 'ms', bound: 25, isLessBetter: true },
        { name: 'latency p99', unit: 'ms', bound: 100, isLessBetter: true },
      ],
      ours: () => ours(rig, bridge),
      peer: () => plain(rig, bridge, ddl, peer),
    };
  },
};

async function ours(rig: Rig, bridge: Bridge): Promise<Run> {
  const side = await ReadSide.open(rig);
  const projector = side.project(bridge);
  await side.hasPosition();
  const server = side.serve(bridge);
  const run = await measured(rig, bridge, await server.said(urlOf));
  await server.stop();
  await projector.stop();
  await side.close();
  return run;
}

/** One consumer, one upsert a message, the hand-written handler: what one has after an afternoon. */
async function plain(rig: Rig, bridge: Bridge, ddl: string, topic: string): Promise<Run> {
  const side = await ReadSide.open(rig);
  await side.query(ddl);
  const environment = { ...bridge.environment, READ_DB_NAME: side.name };
  const consumer = rig.children.start('latency-peer.ts', [topic], environment);
  await side.reaches(rowsBefore);
  const server = rig.children.start('api-peer.ts', [], environment);
  const run = await measured(rig, bridge, await server.said(urlOf));
  await server.stop();
  await consumer.stop();
  await side.close();
  return run;
}

const urlOf = ({ url }: Readonly<Record<string, unknown>>) => (typeof url === 'string' ? url : undefined);

/** Transactions at a steady rate, each with its own time in it, while another process asks for the next row until it is there. */
async function measured(rig: Rig, { source }: Bridge, url: string): Promise<Run> {
  const [rows] = await source.query<RowDataPacket[]>('SELECT MAX(id) AS id FROM ledger_lines');
  const first = Number(rows[0]!.id) + 1;
  const count = warm + counted;
  const reader = rig.children.start('latency-reader.ts', [`${url}/ledger-lines`, ...[first, count, warm].map(String)]);
  const begin = performance.now();
  for (let made = 0; made < count; made++) {
    await delay(begin + (made * 1000) / perSecond - performance.now());
    await source.query(
      'INSERT INTO ledger_lines (account_id, amount, balance_after, booked_at) VALUES (?, 1.5, 2.5, SYSDATE(6))',
      [made],
    );
  }
  await reader.ended;
  const { latenciesMs } = reader.last as { readonly latenciesMs: number[] };
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return { values: [median(sorted), sorted[Math.floor(sorted.length * 0.99)]!] };
}

/** The same table by a connector of which only the addresses are said. Gives the topic. */
async function plainCapture({ stack }: Rig, { name, connect }: Bridge): Promise<string> {
  const prefix = `${name}_plain`;
  await connect.putConnector(prefix, {
    'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
    'topic.prefix': prefix,
    'database.hostname': '127.0.0.1',
    'database.port': String(stack.ports['source-db']),
    'database.user': 'capture',
    'database.password': `\${file:${stack.credentials.file('capture')}:password}`,
    'database.server.id': '4711',
    'table.include.list': `${name}.ledger_lines`,
    'schema.history.internal.kafka.bootstrap.servers': stack.kafka,
    'schema.history.internal.kafka.topic': `${prefix}.schema-history`,
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '1',
  });
  return `${prefix}.${name}.ledger_lines`;
}
