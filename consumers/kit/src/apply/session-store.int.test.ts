import { jest } from '@jest/globals';
import { DatabaseReadModel } from '../testkit/database-read-model.ts';
import { readStoreContract } from '../testkit/read-store-contract.ts';
import { BulkLoad } from './bulk-load.ts';

jest.setTimeout(30_000); // for a machine that is busy with other things

readStoreContract('MariaDB', DatabaseReadModel.open);
const noInsert = (entry: unknown) => {
  throw new Error(`it was not written in bulk: ${JSON.stringify(entry)}`);
};
readStoreContract('MariaDB in bulk', (projection) =>
  DatabaseReadModel.open(projection, new BulkLoad({ fromRows: 1, log: noInsert })),
);
