import type { Route } from '@banyan/strangler';
import { accountRoutes } from './accounts.ts';
import { contact } from './contact.ts';
import { customerOverview } from './customer-overview.ts';
import { customerRoutes } from './customers.ts';

/** What of the bank can move. Pages behind a session cannot yet, since their session cannot: docs/decisions/0017-the-facade.md. */
export const routes: readonly Route[] = [...accountRoutes, ...customerRoutes, customerOverview, contact];
