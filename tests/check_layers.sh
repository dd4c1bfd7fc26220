#!/bin/sh
# Holds the layers: a folder includes itself and folders of a lower rank, never up, never sideways;
# each C library is included below one folder only.
set -eu
cd "$(dirname "$0")/.."

rank() {
  case $1 in
    base) echo 0 ;;
    wire) echo 1 ;;
    model) echo 2 ;;
    config | crypto | telemetry) echo 3 ;;
    fcgi | store | remote | directory) echo 4 ;;
    dialect | credential | identity | policy | answer | provider) echo 5 ;;
    pages | membership | upkeep) echo 6 ;;
    role | admin) echo 7 ;;
    server) echo 8 ;;
    *) echo unknown ;;
  esac
}

faults=0
fault() {
  echo "layers: $1" >&2
  faults=$((faults + 1))
}

for file in include/latchkey/*/*.h src/*/*.h src/*/*.cc src/*/*/*.h src/*/*/*.cc; do
  [ -f "$file" ] || continue
  case $file in
    include/*) own=${file#include/latchkey/} ;;
    *) own=${file#src/} ;;
  esac
  own=${own%%/*}
  own_rank=$(rank "$own")
  [ "$own_rank" != unknown ] || { fault "$file: the folder $own has no rank"; continue; }
  for used in $(sed -n 's/^#include "\(latchkey\/\)\{0,1\}\([a-z_]*\)\/.*/\2/p' "$file" | sort -u); do
    [ "$used" != "$own" ] || continue
    used_rank=$(rank "$used")
    [ "$used_rank" != unknown ] || { fault "$file: includes the unknown folder $used"; continue; }
    [ "$used_rank" -lt "$own_rank" ] || fault "$file: $own may not include $used"
  done
done

library() {
  pattern=$1 home=$2
  for file in $(grep -rlE "^ *# *include <$pattern" src include 2>/dev/null || true); do
    case $file in
      "$home"*) ;;
      *) fault "$file: <$pattern> belongs below $home only" ;;
    esac
  done
}
library 'sqlite3\.h' src/store/
library 'openssl/' src/crypto/
library 'jwt\.h' src/crypto/
library 'cjson/' src/wire/
library 'curl/' src/remote/
library 'fcgi' src/fcgi/
library 'toml\+\+/' src/config/
library 'spdlog/' src/telemetry/
library 'kainjow/' src/pages/
library 'apr' src/crypto/
library 'ldap\.h' src/directory/

[ "$faults" -eq 0 ] || exit 1
echo "layers: held"
