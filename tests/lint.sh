#!/usr/bin/env bash
# Warnings of a second compiler, clang-tidy on src/, and the rules that no compiler knows.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/check_layers.sh
make --no-print-directory -j"$(nproc)" BUILD=build-lint CXX=clang++-19 OPTIMIZE=-O0 all binaries-of-check >/dev/null
echo "clang++-19: no warning"

long=$(find src include -name '*.cc' -o -name '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 400')
[ -z "$long" ] || { echo "over 400 lines: $long" >&2; exit 1; }
wide=$(grep -rnE '^.{101,}' --include='*.cc' --include='*.h' src include | grep -v R\" || true)
[ -z "$wide" ] || { echo "lines over 100 columns:" >&2; echo "$wide" >&2; exit 1; }

flags=$(pkg-config --cflags fcgi libjwt libcjson sqlite3 libcurl openssl spdlog fmt apr-util-1 re2 | sed 's/-I/-isystem /g')
# shellcheck disable=SC2086 # the flags are meant to be split
find src -name '*.cc' -print0 | xargs -0 -P "$(nproc)" -n 4 clang-tidy-19 --quiet -- \
  -std=c++23 -Iinclude -Isrc -Ibuild-lint/gen '-DLATCHKEY_VERSION="lint"' $flags 2>/dev/null
echo "clang-tidy: clean"
