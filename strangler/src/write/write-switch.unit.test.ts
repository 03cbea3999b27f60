import { describe, jest } from '@jest/globals';
import { TestingMemory } from './testing-memory.ts';
import { describeWriteSwitch } from './write-switch.features.ts';

jest.setTimeout(120_000);

describe('a switch of a write route, its state in memory', () => {
  describeWriteSwitch(
    async () => {
      const memory = new TestingMemory('contact');
      return { replica: (name) => memory.replica(name), close: async () => {} };
    },
    { steps: false },
  );
});
