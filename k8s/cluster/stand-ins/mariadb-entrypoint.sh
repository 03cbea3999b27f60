#!/bin/sh
# What the demo needs of the official image's entrypoint: at the first start a data folder whose root has the password of
# MARIADB_ROOT_PASSWORD_FILE, from anywhere; then the server, with the arguments given.
set -eu
home=/opt/mariadb data=/var/lib/mysql
case ${1:-} in -* | '') set -- mariadbd "$@" ;; mariadbd) ;; *) exec "$@" ;; esac
shift
common="--no-defaults --basedir=$home --datadir=$data --tmpdir=/tmp"
if [ ! -f "$data/.made" ]; then
  find "$data" -mindepth 1 -delete
  {
    printf '%s\n' 'CREATE DATABASE mysql;' 'USE mysql;' 'SET @auth_root_socket=NULL;'
    for part in mariadb_system_tables mariadb_performance_tables mariadb_system_tables_data maria_add_gis_sp_bootstrap; do
      sed '/@current_hostname/d' "$home/share/$part.sql"
    done
    echo "DELETE FROM global_priv WHERE User<>'mariadb.sys' AND NOT (User='root' AND Host='localhost');"
    echo "UPDATE global_priv SET Host='%', Priv=JSON_SET(Priv, '\$.plugin', 'mysql_native_password', '\$.authentication_string', PASSWORD('$(cat "$MARIADB_ROOT_PASSWORD_FILE")')) WHERE User='root';"
  } | mariadbd $common --bootstrap --lc-messages-dir=$home/share --log-warnings=0 --enforce-storage-engine= \
    --max-allowed-packet=8M --net-buffer-length=16K --innodb-buffer-pool-size=32M --innodb-log-file-size=64M
  touch "$data/.made"
fi
exec mariadbd $common --socket=/run/mysqld/mysqld.sock --bind-address=0.0.0.0 "$@"
