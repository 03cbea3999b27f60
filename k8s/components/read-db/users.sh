# Makes the database of each service and of the facade, and an account that reaches nothing else. Names have no quotes in them: they are Kubernetes'.
set -eu
umask 077
# The password comes by a file, so that it is on no command line.
printf '[client]\nhost=read-db\nuser=root\npassword=%s\nskip-ssl\n' "$(cat /run/secrets/root/password)" >/dev/shm/client.cnf
until mariadb --defaults-file=/dev/shm/client.cnf -e 'SELECT 1' >/dev/null 2>/dev/shm/said; do
  echo "waiting for read-db: $(cat /dev/shm/said)"
  sleep 2
done
# Of its own database, and of the one beside it in which a proof folds again what depends on history; `_` stands for any letter.
rights() { printf "GRANT ALL ON \`%s\`.* TO '%s'@'%%';\n" "$2" "$1"; }
for file in /run/secrets/services/*; do
  name=${file##*/}
  {
    printf "CREATE DATABASE IF NOT EXISTS \`%s\`;\nCREATE USER IF NOT EXISTS '%s'@'%%';\nALTER USER '%s'@'%%' IDENTIFIED BY '%s';\n" \
      "$name" "$name" "$name" "$(cat "$file")"
    rights "$name" "$name"
    [ "$name" = facade ] || rights "$name" "${name}\_\_proof"
  } | mariadb --defaults-file=/dev/shm/client.cnf
  echo "read-db: $name is there"
done
