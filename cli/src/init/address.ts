import { usage } from '../errors.ts';
import type { OwnServer } from '../project/project.ts';
import { escaped } from '../terminal/escape.ts';

/** `mariadb://user@host:port`; the user is `capture`, the port 3306 unless said. Throws CliError `usage`. */
export function addressIn(text: string): OwnServer {
  const wanted = 'write mariadb://capture@db.internal:3306';
  const url = URL.parse(/^[a-z]+:\/\//.test(text) ? text : `mariadb://${text}`);
  if (!url || url.hostname === '')
    throw usage(`'${escaped(withoutPassword(text))}' is no address of a database`, wanted);
  if (url.password !== '')
    throw usage(
      'the URL has a password in it, which others on this machine can read in the list of processes',
      'leave it out: SOURCE_DB_PASSWORD_FILE or SOURCE_DB_PASSWORD',
    );
  if (url.protocol !== 'mariadb:' && url.protocol !== 'mysql:')
    throw usage(`'${escaped(url.protocol)}' is not read: MariaDB is`, wanted);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    user: url.username === '' ? 'capture' : decodeURIComponent(url.username),
  };
}

const withoutPassword = (text: string): string => text.replace(/:[^:@/]*@/, ':…@');
