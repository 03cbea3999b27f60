import { describe, expect, it } from '@jest/globals';
import { addressIn } from './address.ts';
import { unfitSettings } from './readiness.ts';

describe('a server', () => {
  it('without a binlog, or one of other formats, is told what to change, and how', () => {
    const fit = { log_bin: 'ON', binlog_format: 'ROW', binlog_row_image: 'FULL', binlog_row_metadata: 'FULL' };
    expect(unfitSettings(new Map(Object.entries(fit)))).toEqual([]);
    const found = unfitSettings(new Map(Object.entries({ ...fit, log_bin: 'OFF', binlog_format: 'MIXED' })));
    expect(found.map(({ what, remedy }) => `${what}; ${remedy}`)).toEqual([
      'the server has log_bin=OFF, and wants ON; write log_bin into the [mariadb] section of its configuration, and start it anew',
      'the server has binlog_format=MIXED, and wants ROW; an administrator can: SET GLOBAL binlog_format=ROW; and write it into its configuration',
    ]);
  });
});

describe('the address of a database', () => {
  it('is a URL, or host and port; with the defaults of MariaDB and of Banyan', () => {
    expect(addressIn('mariadb://reader@db.internal:3307')).toEqual({ host: 'db.internal', port: 3307, user: 'reader' });
    expect(addressIn('db.internal')).toEqual({ host: 'db.internal', port: 3306, user: 'capture' });
    expect(addressIn('mysql://a%40b@[::1]')).toEqual({ host: '::1', port: 3306, user: 'a@b' });
  });

  it('is refused with what to write, and never repeated with a password in it', () => {
    expect(() => addressIn('postgres://db')).toThrow("'postgres:' is not read");
    expect(() => addressIn('mariadb://:3306')).toThrow('is no address of a database');
    expect(() => addressIn('mariadb://me:geheim@db')).toThrow(/^(?!.*geheim).*the URL has a password in it/);
  });
});
