import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import type { Bridge } from './bridge.ts';
import { rows } from './database.ts';
import { eventually } from './eventually.ts';
import { withKafka } from './kafka.ts';

/** Some bytes and where they were. */
export interface Place {
  readonly where: string;
  readonly bytes: Buffer;
}

/** The forms in which a text may lie in bytes; a text of digits also as a number, and in groups as on a card. */
export function formsOf(text: string): Map<string, Buffer> {
  const plain = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const hex = plain.toString('hex');
  const forms = new Map<string, Buffer>([
    ['plain', plain],
    ['UTF-16, little end first', utf16],
    ['UTF-16', Buffer.from(utf16).swap16()],
    ['hex', Buffer.from(hex)],
    ['HEX', Buffer.from(hex.toUpperCase())],
  ]);
  for (const before of [0, 1, 2]) {
    // Only what depends on the text alone: not the digits that it shares with its neighbours.
    const digits = Buffer.concat([Buffer.alloc(before), plain])
      .toString('base64')
      .replaceAll('=', '');
    const shared = (plain.length + before) % 3 === 0 ? 0 : 1;
    forms.set(`base64 at ${before}`, Buffer.from(digits.slice([0, 2, 3][before], digits.length - shared)));
  }
  if (/^\d{16}$/.test(text)) {
    const long = Buffer.alloc(8);
    long.writeBigInt64BE(BigInt(text));
    forms.set('64 bits', long);
    forms.set('64 bits, little end first', Buffer.from(long).reverse());
    forms.set('Avro long', avroLong(BigInt(text)));
    forms.set('packed digits', Buffer.from(text, 'hex'));
    for (const between of [' ', '-'])
      forms.set(`groups with '${between}'`, Buffer.from(text.match(/\d{4}/g)!.join(between)));
  }
  return forms;
}

/** Zig-zag and seven bits a byte. Source: Avro specification, "Binary encoding". */
function avroLong(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value * 2n;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
}

/** Looks for texts, in all their forms, in whatever it is shown. */
export class Traces {
  readonly #found = new Map<string, Set<string>>();
  readonly #forms: readonly (readonly [string, string, Buffer])[];
  /** How many bytes were looked at, by place. */
  readonly searched = new Map<string, number>();

  constructor(texts: readonly string[]) {
    this.#forms = texts.flatMap((text) => [...formsOf(text)].map(([form, bytes]) => [text, form, bytes] as const));
    for (const text of texts) this.#found.set(text, new Set());
  }

  async lookIn(places: AsyncIterable<Place> | Iterable<Place>): Promise<this> {
    for await (const { where, bytes } of places) {
      this.searched.set(where, (this.searched.get(where) ?? 0) + bytes.length);
      for (const [text, form, wanted] of this.#forms)
        if (bytes.includes(wanted)) this.#found.get(text)!.add(`${where}: ${form}`);
    }
    return this;
  }

  /** `place: form` of each place where the text lies. */
  of(text: string): string[] {
    return [...this.#found.get(text)!];
  }
}

/** Every message of every topic of the bridge, and of Kafka's and Connect's own, aborted ones too: keys, values and headers. */
export async function topicPlaces(bridge: Bridge): Promise<Place[]> {
  return withKafka(bridge, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    // Those of other tests have rows of other banks.
    const topics = (await admin.listTopics()).filter(
      (topic) => /^(__|connect)/.test(topic) || topic.startsWith(bridge.name),
    );
    const ends = new Map<string, bigint>();
    for (const topic of topics)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
        if (low !== high) ends.set(`${topic}/${partition}`, BigInt(high));
    await admin.disconnect();
    const seen = new Map<string, Buffer[]>();
    const passed = new Map<string, bigint>();
    const consumer = kafka.consumer({ groupId: `traces-${randomUUID()}`, readUncommitted: true, maxWaitTimeInMs: 100 });
    // A batch of Kafka's own markers alone comes to no handler.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) =>
      passed.set(`${topic}/${partition}`, BigInt(lastOffset) + 1n),
    );
    await consumer.connect();
    try {
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch: { topic, messages } }) => {
          const kept = seen.get(topic) ?? [];
          seen.set(topic, kept);
          for (const { key, value, headers } of messages)
            for (const part of [key, value, ...Object.entries(headers ?? {}).flat(2)])
              if (part) kept.push(Buffer.from(part), Buffer.from('\n'));
        },
      });
      const isRead = ([partition, end]: [string, bigint]) => (passed.get(partition) ?? 0n) >= end;
      const left = () => [...ends].filter((one) => !isRead(one)).map(([partition]) => partition);
      await eventually(
        'all topics are read',
        () => {
          if (left().length > 0) throw new Error(left().join(', '));
          return true;
        },
        120_000,
      );
    } finally {
      await consumer.disconnect();
    }
    return topics.map((topic) => ({ where: `topic ${topic}`, bytes: Buffer.concat(seen.get(topic) ?? []) }));
  });
}

/** Every row of every table in databases of a name that begins so, as MariaDB sends it. */
export async function* tablePlaces(connection: Connection, prefix: string): AsyncGenerator<Place> {
  const tables = await rows<{ base: string; name: string }>(
    connection,
    `SELECT table_schema AS base, table_name AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND LEFT(table_schema, CHAR_LENGTH(?)) = ?`,
    [prefix, prefix],
  );
  for (const { base, name } of tables) {
    const [found] = await connection.query({
      sql: `SELECT * FROM \`${base}\`.\`${name}\``,
      rowsAsArray: true,
      typeCast: (field: { buffer(): Buffer | null }) => field.buffer(),
    });
    const cells = (found as unknown as (Buffer | null)[][]).flat().map((cell) => cell ?? Buffer.alloc(0));
    yield { where: `table ${base}.${name}`, bytes: Buffer.concat(cells.flatMap((cell) => [cell, Buffer.from('\n')])) };
  }
}

/** The logs of all parts of the stack. */
export async function* logPlaces(bridge: Bridge): AsyncGenerator<Place> {
  const folder = join(bridge.stack.dataDir, 'log');
  for (const file of await readdir(folder)) yield { where: `log ${file}`, bytes: await readFile(join(folder, file)) };
}

/** Everything that a service answers to whoever may read all: rows page by page, and what it says about itself. */
export async function* answerPlaces(service: string, url: string): AsyncGenerator<Place> {
  const place = async (path: string) => {
    const text = await (await fetch(url + path)).text();
    return { text, where: `answer ${service} ${path.split('?')[0]}`, bytes: Buffer.from(text) };
  };
  for (const path of ['/ready', '/live', '/metrics']) yield place(path);
  const document = await place('/openapi.json');
  yield document;
  const { paths = {} } = JSON.parse(document.text) as { paths?: Record<string, unknown> };
  for (const list of Object.keys(paths).filter((path) => /^\/[a-z-]+$/.test(path))) {
    for (let next: string | null = ''; next !== null; ) {
      const page = await place(`${list}?limit=1000${next && `&after=${next}`}`);
      yield page;
      next =
        (page.text.startsWith('{"data"') ? (JSON.parse(page.text) as { next?: string | null }).next : null) ?? null;
    }
  }
}
