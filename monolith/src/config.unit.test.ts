import { describe, expect, it } from '@jest/globals';
import { ConfigError, readBankUrl, readConfig } from './config.ts';

const ENOUGH = { BANK_DB_USER: 'bank', BANK_DB_PASSWORD: 'open sesame' };

function faults(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

describe('the configuration', () => {
  it('has defaults for all but the database account', () => {
    expect(readConfig(ENOUGH)).toEqual({
      host: '127.0.0.1',
      port: 8012,
      database: { host: '127.0.0.1', port: 3306, user: 'bank', password: 'open sesame', name: 'bank' },
    });
  });

  it('takes what is set, an empty password too', () => {
    const environment = {
      BANK_HOST: '0.0.0.0',
      BANK_PORT: '0',
      BANK_DB_HOST: 'db.internal',
      BANK_DB_PORT: '3307',
      BANK_DB_USER: 'root',
      BANK_DB_PASSWORD: '',
      BANK_DB_NAME: 'bank_2',
    };
    expect(readConfig(environment)).toEqual({
      host: '0.0.0.0',
      port: 0,
      database: { host: 'db.internal', port: 3307, user: 'root', password: '', name: 'bank_2' },
    });
  });

  it('names every variable that is wrong, each on its line', () => {
    const lines = faults({ BANK_PORT: '80x', BANK_DB_HOST: 'a b', BANK_DB_PORT: '65536', BANK_DB_NAME: 'a`b' });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'BANK_PORT',
      'BANK_DB_HOST',
      'BANK_DB_PORT',
      'BANK_DB_USER',
      'BANK_DB_PASSWORD',
      'BANK_DB_NAME',
    ]);
    expect(lines[0]).toBe('BANK_PORT must be a port from 1 to 65535 (0: any free one); it is "80x"');
    expect(lines[3]).toMatch(/it is not set$/);
  });

  it('never shows the password', () => {
    expect(faults({ ...ENOUGH, BANK_DB_PASSWORD: 'open\0sesame' }).join()).not.toMatch(/sesame/);
    expect(faults({ ...ENOUGH, BANK_DB_PASSWORD: 'open\0sesame' })).toHaveLength(1);
  });

  it('says where the bank answers without asking for the database', () => {
    expect(readBankUrl({ BANK_PORT: '9000' })).toBe('http://127.0.0.1:9000');
    expect(() => readBankUrl({ BANK_PORT: '-1' })).toThrow('BANK_PORT must be');
  });
});
