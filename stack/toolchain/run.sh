#!/bin/sh
# run.sh SCRIPT [ARG …]: run a script of this repository with the Node and the packages it is locked to.
# Gets what is missing (Node 24 from the npm registry when the machine's is older, node_modules by lockfile), then becomes node.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
toolchain=$root/stack/toolchain
say() { printf '  %-9s %s\n' "$1" "$2" >&2; }
fail() { printf 'banyan: %s\n' "$1" >&2; exit 1; }
need_npm() { command -v npm >/dev/null 2>&1 || fail 'npm is not on the PATH; install Node.js 20 or newer (Debian: apt-get install nodejs npm)'; }

# The same folder as in stack/src/config.ts.
if [ -z "${HOME:-}" ]; then
  HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6) || HOME=
  [ -n "$HOME" ] || fail 'HOME is not set and this user has no home; set HOME'
  export HOME
fi
case ${XDG_CACHE_HOME:-} in /*) cache=$XDG_CACHE_HOME/banyan ;; *) cache=$HOME/.cache/banyan ;; esac
case ${BANYAN_CACHE:-} in
  '') ;;
  /*) cache=$BANYAN_CACHE ;;
  *) cache=$PWD/$BANYAN_CACHE && BANYAN_CACHE=$cache && export BANYAN_CACHE ;;
esac

# One run installs at a time. The lock is on the lockfile itself, is free when its holder ends, and is not handed on to node.
lock() {
  exec 9<"$1"
  command -v flock >/dev/null 2>&1 || return 0
  flock -n 9 && return 0
  say "$2" 'another run is installing: waiting for it'
  flock 9
}
unlock() { exec 9<&-; }
ci() {
  npm ci --ignore-scripts --include=dev --include=optional --loglevel=error --no-fund --no-audit --no-update-notifier >&2 9<&-
}
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
node_in() {
  for file in "$1"/node_modules/node-linux-*/bin/node; do
    if [ -f "$file" ]; then printf '%s\n' "$file"; fi
  done
}

fetch_node() {
  need_npm
  say node "the machine has no Node 24: fetching it from the npm registry (50 MB, once)"
  fresh=$home.unfinished-$$
  trap 'rm -rf "$fresh"' EXIT
  trap 'exit 130' HUP INT TERM
  mkdir -p "$fresh" || fail "the cache $cache cannot be written; set BANYAN_CACHE to a folder that can be written"
  cp "$toolchain/package.json" "$toolchain/package-lock.json" "$fresh"
  (cd "$fresh" && ci) || fail 'npm could not fetch Node 24; its message is above'
  node=$(node_in "$fresh")
  [ -n "$node" ] || fail 'there is no Node 24 package for this machine (Linux on x64 or arm64); install Node.js 24 by hand'
  chmod +x "$node"
  [ "$(major "$node")" -ge 24 ] || fail 'the Node 24 package does not run here (it needs glibc 2.28); install Node.js 24 by hand'
  # Never into a folder that is there: a process may be running from it.
  mv -T "$fresh" "$home" 2>/dev/null || [ -n "$(node_in "$home")" ] || fail "$fresh cannot be moved to $home"
  trap - EXIT HUP INT TERM
  rm -rf "$fresh"
}

node=$(command -v node || true)
if [ -z "$node" ] || [ "$(major "$node")" -lt 24 ]; then
  home=$cache/node-$(cksum < "$toolchain/package-lock.json" | cut -d' ' -f1)
  node=$(node_in "$home")
  if [ -z "$node" ]; then
    lock "$toolchain/package-lock.json" node
    [ -n "$(node_in "$home")" ] || fetch_node
    unlock
    node=$(node_in "$home")
  fi
fi
PATH=$(dirname -- "$node"):$PATH
export PATH

stamp=$root/node_modules/.banyan-lock
if ! cmp -s "$root/package-lock.json" "$stamp"; then
  lock "$root/package-lock.json" packages
  if ! cmp -s "$root/package-lock.json" "$stamp"; then
    need_npm
    say packages 'installing node_modules by lockfile (npm ci, no install scripts)'
    rm -f "$stamp"
    (cd "$root" && ci) || fail 'npm ci failed; its message is above'
    cp "$root/package-lock.json" "$stamp"
  fi
  unlock
fi

cd "$root"
exec "$node" --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning "$@"
