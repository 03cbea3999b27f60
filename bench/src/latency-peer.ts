// A consumer as one writes it first: TOPIC; JSON as the worker's default converter gives it, one upsert a message.
import { Kafka } from 'kafkajs';
import mysql from 'mysql2/promise';

const { KAFKA_BROKERS, READ_DB_PORT, READ_DB_USER, READ_DB_PASSWORD, READ_DB_NAME } = process.env;
const database = mysql.createPool({
  host: '127.0.0.1',
  port: Number(READ_DB_PORT),
  user: READ_DB_USER!,
  password: READ_DB_PASSWORD!,
  database: READ_DB_NAME!,
});
const consumer = new Kafka({ brokers: [KAFKA_BROKERS!], logLevel: 1 }).consumer({ groupId: READ_DB_NAME! });
await consumer.connect();
await consumer.subscribe({ topic: process.argv[2]!, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message: { value } }) => {
    const row = value && JSON.parse(value.toString()).payload.after;
    if (!row) return;
    const values = [row.id, row.account_id, row.transfer_id, decimal(row.amount), decimal(row.balance_after)];
    await database.execute('REPLACE INTO ledger_lines VALUES (?, ?, ?, ?, ?, ?, ?)', [
      ...values,
      row.purpose,
      dateTime(row.booked_at),
    ]);
  },
});
process.once('SIGTERM', () => process.exit());

/** Base64 of a two's complement with 4 places, as Debezium sends decimals by default. */
function decimal(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const whole = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  const digits = (whole < 0n ? -whole : whole).toString().padStart(5, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Microseconds since 1970. */
function dateTime(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}${String(micros % 1000).padStart(3, '0')}`;
}
