import { describe } from '@jest/globals';
import { benchFor, type ConnectSubject } from './contract-bench.ts';
import { changing } from './contract-changing.ts';
import { offsetsAndTopics } from './contract-offsets.ts';
import { readingAndValidating } from './contract-reading.ts';
import { runningAndFailing, streaming } from './contract-running.ts';
import { theWorkerItself } from './contract-worker.ts';

export type { ConnectSubject } from './contract-bench.ts';

/**
 * What ConnectClient relies on, as tests: they hold for `fakeConnect` and for a real worker alike. Makes connectors with names
 * of its own and removes them again. Needs jest.
 */
export function connectContract(title: string, factory: () => Promise<ConnectSubject>): void {
  describe(`Kafka Connect contract: ${title}`, () => {
    const test = benchFor(factory);
    theWorkerItself(test);
    readingAndValidating(test);
    changing(test);
    runningAndFailing(test);
    offsetsAndTopics(test);
    streaming(test);
  });
}
