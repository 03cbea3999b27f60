import { mirror } from '@banyan/kit';
import { describe, expect, it } from '@jest/globals';
import { objectsFile } from '../yaml-files.ts';
import { captureOf } from './bridge.ts';
import { kafkaConnector } from './connect.ts';
import { newlyCaptured } from './newly-captured.ts';

const capturing = (...sources: string[]): string => {
  const columns = { id: 'int' } as const;
  const tables = Object.fromEntries(
    sources.map((source) => [source.replace('.', '_'), { source, key: ['id'], columns }]),
  );
  const service = { name: 'one', projection: mirror({ name: 'one', tables }), main: '' };
  return objectsFile([kafkaConnector(captureOf([service]))]);
};

describe('newlyCaptured', () => {
  it('names tables that a running connector has no history of', () => {
    expect(newlyCaptured(capturing('bank.a'), capturing('bank.a', 'bank.b', 'bank.c'))).toEqual([
      'bank\\.b',
      'bank\\.c',
    ]);
  });

  it('names none when nothing was generated before, or fewer are captured', () => {
    expect(newlyCaptured(undefined, capturing('bank.a'))).toEqual([]);
    expect(newlyCaptured(capturing('bank.a', 'bank.b'), capturing('bank.b'))).toEqual([]);
  });
});
