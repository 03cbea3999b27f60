export { accountsOf as projectionOf } from '@banyan/accounts';
