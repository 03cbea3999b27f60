import type { BinlogSourceConfig } from '../binlog/config.ts';
import { binlogSource } from '../binlog/write.ts';

/** The plugin's class, for `plugins()` and `validate`. */
export const MARIADB_SOURCE_CLASS = 'io.debezium.connector.mariadb.MariaDbConnector';

/** Debezium's MariaDB source connector 3.5 (https://debezium.io/documentation/reference/stable/connectors/mariadb.html). */
export type MariaDbSourceConfig = BinlogSourceConfig<{
  lockingMode: 'minimal' | 'extended' | 'none' | 'custom';
  tlsMode: 'disable' | 'trust' | 'verify-ca' | 'verify-full';
}>;

/**
 * The flat map for `putConnector`. Plain secrets are readable in it: see `maskSecrets` before logging it.
 *
 * Throws one `invalid-config` naming everything that is wrong for certain; what depends on the worker or the database is left
 * to `validate`.
 */
export function mariaDbSource(config: MariaDbSourceConfig): Record<string, string> {
  return binlogSource(MARIADB_SOURCE_CLASS, 'the MariaDB source', config);
}
