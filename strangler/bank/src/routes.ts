import type { ReadRoute } from '@banyan/strangler';
import { accountRoutes } from './accounts.ts';
import { customerRoutes } from './customers.ts';

/** The bank's reads that can move. Its pages cannot yet, since their session cannot: docs/decisions/0017-the-facade.md. */
export const routes: readonly ReadRoute[] = [...accountRoutes, ...customerRoutes];
