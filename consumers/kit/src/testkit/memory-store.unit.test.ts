import { MemoryReadModel } from './memory-store.ts';
import { readStoreContract } from './read-store-contract.ts';

readStoreContract('in memory', async (projection) => new MemoryReadModel(projection));
