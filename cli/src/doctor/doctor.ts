import { capture } from '@banyan/connectors';
import { type Arguments, type Command, type Context, text, wholeNumber } from '../command.ts';
import { connectorSettings } from '../connector/config.ts';
import { captureOf } from '../connector/local.ts';
import type { Problem } from '../errors.ts';
import { partsHere, sourceOf } from '../project/source.ts';
import { services, tablesOf } from '../services.ts';
import { needs, openTarget } from '../target.ts';
import { jsonLine } from '../terminal/escape.ts';
import { kinds } from './catalogue.ts';
import { examine } from './examine.ts';
import type { BridgePlace } from './facts/bridge.ts';
import type { Finding } from './finding.ts';
import { listText, reportText } from './render.ts';
import { openSource, type SourceAddress, sourceAddress } from './source.ts';
import { traps } from './traps.ts';

export const doctor: Command = {
  summary: 'what a bridge from a database would get wrong: its settings, rights, schema and data; reads only',
  help: `banyan doctor [--database mariadb://USER@HOST:PORT/DATABASE] [--rows-read N] [--log-events N] [--timeout SECONDS] | --list

Looks at a MariaDB before it is captured, or while it is: settings, the user's rights, how long the binlog lasts, and what in schema
and data does not come through. Each finding says where, what will happen, and what to do. It writes nothing and locks no row: the
session is read-only, and no statement runs longer than 5 s. SELECT is enough to run it; what the user may not see is listed.

  banyan doctor                                                the source of the local stack, its connector and topics
  SOURCE_DB_PASSWORD_FILE=pw banyan doctor --database mariadb://capture@db:3306/shop
                                                               one database of any server, as the user who is to capture it
  banyan doctor --database mariadb://capture@db                  all databases that the user may see
  banyan doctor --json | jq '.findings[] | select(.severity=="error")'
  banyan doctor --list                                         all that can be found, and what cannot

It reads the catalogue, and of tables with columns that may hold such values up to N rows in all (--rows-read, 200000; 0: none),
from both ends by primary key, 64 MiB a table at most; after SECONDS (60) it begins no further table. The binlog's events are read
only with --log-events: MariaDB lets nobody commit while it answers, so 100 are asked for at a time. No value of a row is printed.

The user's password is SOURCE_DB_PASSWORD, or in the file that SOURCE_DB_PASSWORD_FILE names; a URL with a password is refused.
With --database, connector and topics are looked at when CONNECT_URL and the other variables of banyan connector are set.

Exit codes: 0 no error was found (there may be warnings and notes), 1 one was, or the source cannot be reached, 2 a wrong call.`,
  options: {
    database: { value: 'URL' },
    'rows-read': { value: 'N' },
    'log-events': { value: 'N' },
    timeout: { value: 'SECONDS' },
    list: {},
  },
  words: 0,
  needsNoProject: true,
  run: runDoctor,
};

async function runDoctor(context: Context, args: Arguments): Promise<number> {
  const { output, json, signal } = context;
  if (args.options.list) {
    const known = kinds.map(({ code, severity, traps: numbers, is, page }) => ({
      code,
      severity,
      traps: numbers,
      is,
      page: `docs/${page}`,
    }));
    await output.line(json ? jsonLine({ command: 'doctor', ok: true, problems: [], kinds: known, traps }) : listText());
    return 0;
  }
  const limits = {
    rows: wholeNumber(args, 'rows-read', 200_000, 0, 100_000_000),
    logEvents: wholeNumber(args, 'log-events', 0, 0, 10_000_000),
    timeoutMs: 1000 * wholeNumber(args, 'timeout', 60, 1, 86_400),
  };
  const { source, bridge } = await placeOf(context, text(args, 'database'));
  await using session = await openSource(source);
  const say = (what: string) => output.say('doctor', what);
  const report = await examine({ session, database: source.database, ...limits, bridge, say, signal });
  const problems = report.findings.filter(({ severity }) => severity === 'error').map(problemOf);
  const ok = problems.length === 0;
  await output.line(
    json
      ? jsonLine({ command: 'doctor', ok, problems, ...report })
      : reportText(report, (style, words) => output.paint(style, words)),
  );
  return ok ? 0 : 1;
}

const problemOf = ({ where, code, what, happens, remedy }: Finding): Problem => ({
  where,
  code,
  message: what === null ? happens : `${what}: ${happens}`,
  remedy,
});

interface Place {
  readonly source: SourceAddress;
  readonly bridge: BridgePlace | null;
}

async function placeOf(context: Context, url: string | undefined): Promise<Place> {
  const { env } = context;
  if (url !== undefined) {
    const source = sourceAddress(url, env);
    // Without a bridge no project is needed: the database may be looked at first of all.
    if (!env.CONNECT_URL) return { source, bridge: null };
    const { connectUrl, basicAuth, capture: options } = connectorSettings(env);
    const found = capture({ ...options, tables: tablesOf(await services()) });
    return { source, bridge: { connectUrl, ...(basicAuth && { basicAuth }), brokers: options.kafka, capture: found } };
  }
  const { stack } = openTarget(context.config);
  if (partsHere().includes('source-db')) await needs(stack.part('source-db'));
  const password = await stack.credentials.password('capture');
  const tables = tablesOf(await services());
  return {
    source: { ...sourceOf(stack), password, database: null },
    bridge: { connectUrl: stack.connectUrl, brokers: [stack.kafka], capture: captureOf(stack, tables) },
  };
}
