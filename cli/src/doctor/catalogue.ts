import { binlogChecks } from './checks/binlog.ts';
import { connectorChecks } from './checks/connector.ts';
import { foreignKeyChecks } from './checks/foreign-keys.ts';
import { grantChecks } from './checks/grants.ts';
import { keyChecks } from './checks/keys.ts';
import { logChecks } from './checks/log.ts';
import { nameChecks } from './checks/names.ts';
import { retentionChecks } from './checks/retention.ts';
import { settingChecks } from './checks/settings.ts';
import { tableChecks } from './checks/tables.ts';
import { topicChecks } from './checks/topics.ts';
import { typeChecks } from './checks/types.ts';
import { valueChecks } from './checks/values.ts';
import type { Kind } from './finding.ts';

export const serverChecks = [...binlogChecks, ...settingChecks, ...grantChecks, ...retentionChecks];
export const schemaChecks = [...foreignKeyChecks, ...keyChecks, ...tableChecks, ...typeChecks, ...nameChecks];
export const bridgeChecks = [...connectorChecks, ...topicChecks];

/** All that can be found, by what it is found in. */
export const catalogue: readonly { readonly heading: string; readonly kinds: readonly Kind[] }[] = [
  { heading: 'The server', kinds: serverChecks },
  { heading: 'Keys and cascades', kinds: [...foreignKeyChecks, ...keyChecks] },
  { heading: 'Tables', kinds: tableChecks },
  { heading: 'Types', kinds: typeChecks },
  { heading: 'Names', kinds: nameChecks },
  { heading: 'Values', kinds: valueChecks },
  { heading: 'The log', kinds: logChecks },
  { heading: 'Connector and topics', kinds: bridgeChecks },
];

export const kinds: readonly Kind[] = catalogue.flatMap((family) => family.kinds);
