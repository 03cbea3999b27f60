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
      for (const word of ['project', 'serve', '/accounts', 'bank.accounts', 'KAFKA_BROKERS', 'READ_DB_PASSWORD_FILE'])
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

  it.each(['project', 'serve'])('%s names what is missing in its environment', async (role) => {
    expect(await runService(projection, [role], {})).toBe(2);
    expect(complained.join()).toMatch(new RegExp(`^accounts ${role}: [A-Z_]+: it is not set; see --help`));
  });
});
