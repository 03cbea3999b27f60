// What one would write by hand: a row by its key as JSON, values exact. It knows no position, no age and no deadline.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mysql, { type RowDataPacket } from 'mysql2';

const { READ_DB_PORT, READ_DB_USER, READ_DB_PASSWORD, READ_DB_NAME } = process.env;
const pool = mysql.createPool({
  host: '127.0.0.1',
  port: Number(READ_DB_PORT),
  user: READ_DB_USER!,
  password: READ_DB_PASSWORD!,
  database: READ_DB_NAME!,
  connectionLimit: 8, // the query API's own
  supportBigNumbers: true,
  bigNumberStrings: true,
  dateStrings: true,
});
const sql =
  'SELECT id, account_id, transfer_id, amount, balance_after, purpose, booked_at FROM ledger_lines WHERE id = ?';
const prefix = '/ledger-lines/';

const server = createServer((request, response) => {
  const send = (status: number, value: unknown) => {
    const body = JSON.stringify(value);
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  if (request.method !== 'GET' || !request.url?.startsWith(prefix)) return send(404, { title: 'not found' });
  pool.execute<RowDataPacket[]>(sql, [request.url.slice(prefix.length)], (error, rows) => {
    if (error) send(500, { title: 'the database does not answer' });
    else if (rows.length === 0) send(404, { title: 'not found' });
    else send(200, { data: rows[0] });
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
process.once('SIGTERM', () => process.exit());
