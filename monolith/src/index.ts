/** A small bank: HTTP in front, MariaDB or MySQL behind. */

export type { Account, LedgerLine } from './accounts.ts';
export { type Bank, type BankOptions, createBank, PortTaken } from './bank.ts';
export type { Transfer } from './booked-transfers.ts';
export type { Customer } from './customers.ts';
export type { DatabaseSettings } from './database.ts';
export { applySchema, DatabaseClosed } from './schema.ts';
export { BankNotEmpty, type SeedOptions, type SeedReport, seed } from './seed.ts';
export { runTraffic, type TrafficOptions, type TrafficReport } from './traffic.ts';
export { TooFewAccounts } from './traffic-plan.ts';
