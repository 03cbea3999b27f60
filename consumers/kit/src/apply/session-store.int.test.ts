import { jest } from '@jest/globals';
import { DatabaseReadModel } from '../testkit/database-read-model.ts';
import { readStoreContract } from '../testkit/read-store-contract.ts';

jest.setTimeout(30_000); // for a machine that is busy with other things

readStoreContract('MariaDB', DatabaseReadModel.open);
