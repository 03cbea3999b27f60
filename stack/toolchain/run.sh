#!/bin/sh
# run.sh SCRIPT [ARG …]: run a script of this repository with the Node and the packages it is locked to.
# Gets what is missing (Node 24 from the npm registry when the machine's is older, node_modules by lockfile), then becomes node.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
cache=${BANYAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/banyan}
say() { printf '  %-9s %s\n' "$1" "$2" >&2; }
fail() { printf 'banyan: %s\n' "$1" >&2; exit 1; }

command -v npm >/dev/null 2>&1 || fail 'npm is not on the PATH; install Node.js 20 or newer (Debian: apt-get install nodejs npm)'

major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
node=$(command -v node || true)
if [ -z "$node" ] || [ "$(major "$node")" -lt 24 ]; then
  lock=$(cksum < "$root/stack/toolchain/package-lock.json" | cut -d' ' -f1)
  home="$cache/node-$lock"
  node=$(ls "$home"/node_modules/node-linux-*/bin/node 2>/dev/null | head -n 1 || true)
  if [ -z "$node" ]; then
    say node 'the machine has no Node 24: fetching it from the npm registry (50 MB, once)'
    fresh="$home.$$"
    mkdir -p "$fresh"
    cp "$root/stack/toolchain/package.json" "$root/stack/toolchain/package-lock.json" "$fresh"
    (cd "$fresh" && npm ci --ignore-scripts --loglevel=error --no-fund --no-audit --no-update-notifier >&2) \
      || fail "npm could not fetch node-linux-*; to see why: cd $fresh && npm ci"
    rm -rf "$home"
    mv "$fresh" "$home"
    node=$(ls "$home"/node_modules/node-linux-*/bin/node 2>/dev/null | head -n 1 || true)
    [ -n "$node" ] || fail 'no Node 24 package for this machine (Linux on x64 or arm64); install Node.js 24 by hand'
    chmod +x "$node"
  fi
fi
PATH=$(dirname "$node"):$PATH
export PATH

stamp="$root/node_modules/.banyan-lock"
if ! cmp -s "$root/package-lock.json" "$stamp"; then
  say packages 'installing node_modules by lockfile (npm ci, no install scripts)'
  (cd "$root" && npm ci --ignore-scripts --loglevel=error --no-fund --no-audit --no-update-notifier >&2) || fail 'npm ci failed; its message is above'
  cp "$root/package-lock.json" "$stamp"
fi

cd "$root"
exec "$node" --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning "$@"
