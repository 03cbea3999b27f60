/** A bank: pages and HTTP in front, MariaDB behind. */

export type { Account, LedgerLine } from './accounts.ts';
export { type Bank, type BankOptions, createBank, PortTaken } from './bank.ts';
export type { Transfer } from './booked-transfers.ts';
export { checkBooks } from './books.ts';
export type { Customer } from './customers.ts';
export type { DatabaseSettings } from './database.ts';
export { type DayOptions, type DayReport, runDay } from './day.ts';
export { type NightlyOptions, type NightlyReport, runNightly } from './nightly.ts';
export { type PurgeOptions, type PurgeReport, runPurge } from './purge.ts';
export { applySchema, DatabaseClosed } from './schema.ts';
export { BankNotEmpty, type SeedOptions, type SeedReport, seed } from './seed.ts';
export { runTraffic, type TrafficOptions } from './traffic.ts';
export type { TrafficReport } from './traffic-pace.ts';
export { TooFewAccounts } from './traffic-plan.ts';
