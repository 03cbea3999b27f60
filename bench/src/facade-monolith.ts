// The bank before which both proxies stand; prints where it answers.
import { createBank, seed } from 'bank-monolith';

const { DB_PORT, DB_PASSWORD, DB_NAME } = process.env;
const database = { host: '127.0.0.1', port: Number(DB_PORT), user: 'root', password: DB_PASSWORD!, name: DB_NAME! };
const bank = createBank({ port: 0, database, log: () => {} });
const { url } = await bank.listen();
await seed({ database, seed: 7, customers: 200 });
console.log(JSON.stringify({ url }));
