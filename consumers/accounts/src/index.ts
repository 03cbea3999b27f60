export { accounts, accountsOf } from './projection.ts';
