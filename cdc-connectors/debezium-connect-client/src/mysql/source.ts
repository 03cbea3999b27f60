import type { BinlogSourceConfig } from '../binlog/config.ts';
import { binlogSource } from '../binlog/write.ts';

/** The plugin's class, for `plugins()` and `validate`. */
export const MYSQL_SOURCE_CLASS = 'io.debezium.connector.mysql.MySqlConnector';

/** Debezium's MySQL source connector 3.5 (https://debezium.io/documentation/reference/stable/connectors/mysql.html). */
export type MySqlSourceConfig = BinlogSourceConfig<{
  /** The last two are for Percona Server. */
  lockingMode: 'minimal' | 'extended' | 'none' | 'custom' | 'minimal_percona' | 'minimal_percona_no_table_locks';
  tlsMode: 'disabled' | 'preferred' | 'required' | 'verify_ca' | 'verify_identity';
}>;

/** The flat map for `putConnector`; the same holds as for `mariaDbSource`. */
export function mySqlSource(config: MySqlSourceConfig): Record<string, string> {
  return binlogSource(MYSQL_SOURCE_CLASS, 'the MySQL source', config);
}
