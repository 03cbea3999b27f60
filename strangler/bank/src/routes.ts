import type { ReadRoute } from '@banyan/strangler';
import { accountRoutes } from './accounts.ts';
import { customerRoutes } from './customers.ts';

/** The bank's reads that can move. Its pages cannot yet: docs/decisions/0018-pages-behind-a-session.md. */
export const routes: readonly ReadRoute[] = [...accountRoutes, ...customerRoutes];
