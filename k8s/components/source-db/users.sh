# Makes the accounts of the bank, of the capture (Debezium's grants), of those who read the catalogue of foreign keys, and of the
# facade, which may log in and see how far the log is; and of who carries contacts back, for which the bank's table must be there.
set -eu
secret() { cat "/run/secrets/$1/password"; }
# The password comes by a file, so that it is on no command line.
umask 077
printf '[client]\nhost=source-db\nuser=root\npassword=%s\nskip-ssl\n' "$(secret root)" >/dev/shm/client.cnf
until mariadb --defaults-file=/dev/shm/client.cnf -e 'SELECT 1' >/dev/null 2>/dev/shm/said; do
  echo "waiting for source-db: $(cat /dev/shm/said)"
  sleep 2
done
account() { printf "CREATE USER IF NOT EXISTS '%s'@'%%';\nALTER USER '%s'@'%%' IDENTIFIED BY '%s';\nGRANT %s TO '%s'@'%%';\n" "$1" "$1" "$(secret "$1")" "$2" "$1"; }
{
  # One transaction in the log, before anybody may capture: Debezium cannot begin where there is none, and does not come to it later.
  echo 'FLUSH TABLES;'
  # None of the rest is for the replicas, the connector included.
  echo 'SET SESSION sql_log_bin = 0;'
  account bank 'ALL ON bank.*'
  account capture 'SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR, LOCK TABLES ON *.*'
  account catalog 'SELECT ON bank.*'
  account facade 'USAGE ON *.*'
} | mariadb --defaults-file=/dev/shm/client.cnf
echo 'source-db: bank, capture, catalog, facade are there'
{
  echo 'SET SESSION sql_log_bin = 0;'
  account write-back 'USAGE ON *.*'
  echo "GRANT SELECT (id, email, city), UPDATE (email, city) ON bank.customers TO 'write-back'@'%';"
} >/dev/shm/write-back.sql
until mariadb --defaults-file=/dev/shm/client.cnf </dev/shm/write-back.sql 2>/dev/shm/said; do
  echo "waiting for the bank's tables: $(cat /dev/shm/said)"
  sleep 2
done
echo 'source-db: write-back is there'
