// The same on the real database.
import { describe, jest } from '@jest/globals';
import { ReplicaRegister } from '../state/replica-register.ts';
import { RouteStore } from '../state/route-store.ts';
import { testingDatabase } from '../state/testing-database.ts';
import { describeWriteSwitch } from './write-switch.features.ts';

jest.setTimeout(180_000); // for a machine that is busy with other things

describe('a switch of a write route, its state in MariaDB', () => {
  describeWriteSwitch(async () => {
    const database = await testingDatabase();
    const open: AsyncDisposable[] = [];
    return {
      replica: (name) => {
        const store = new RouteStore(database.access, ['contact']);
        const register = new ReplicaRegister(database.access, name);
        open.push(store, register);
        return { store, register };
      },
      close: async () => {
        for (const one of open) await one[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      },
    };
  });
});
