import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { runService } from './run-service.ts';

const projection = mirror({
  name: 'accounts',
  tables: { accounts: { source: 'bank.accounts', key: ['id'], path: '/accounts', columns: { id: 'int' } } },
});

describe('runService', () => {
  let said: string[];
  let complained: string[];
  beforeEach(() => {
    [said, complained] = [[], []];
    jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
    jest.spyOn(console, 'error').mockImplementation((text) => void complained.push(String(text)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([[['--help']], [['-h']], [['project', '--help']]])(
    '%j tells how to call it, and is no error',
    async (args) => {
      expect(await runService(projection, args, {})).toBe(0);
      expect(complained).toEqual([]);
      for (const word of [
        'project',
        'serve',
        'prove',
        'repair',
        '/accounts',
        'bank.accounts',
        'KAFKA_BROKERS',
        'READ_DB_PASSWORD_FILE',
      ])
        expect(said.join()).toContain(word);
    },
  );

  it.each([[[]], [['start']], [['constructor']], [['project', 'serve']], [['']]])(
    '%j is a wrong call',
    async (args) => {
      expect(await runService(projection, args, {})).toBe(2);
      expect(said).toEqual([]);
      expect(complained.join()).toContain('project');
    },
  );

  it.each(['project', 'serve', 'prove', 'repair'])('%s names what is missing in its environment', async (role) => {
    expect(await runService(projection, [role], {})).toBe(2);
    expect(complained.join()).toMatch(new RegExp(`^accounts ${role}: [A-Z_]+: it is not set; see --help`));
  });

  // A projector may do without the source; who compares with it may not.
  it.each(['prove', 'repair'])('%s wants the source, and no port', async (role) => {
    const env = {
      READ_DB_USER: 'reader',
      READ_DB_PASSWORD: 's3cret',
      KAFKA_BROKERS: 'one:9092',
      SCHEMA_REGISTRY_URL: 'http://registry',
      TOPIC_PREFIX: 'bank',
      CASCADES: 'off',
    };
    expect(await runService(projection, [role], env)).toBe(2);
    expect(complained.join()).toContain(`accounts ${role}: SOURCE_DB_USER: it is not set`);
  });
});
