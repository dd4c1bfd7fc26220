#!/usr/bin/env bash
# The rules that no compiler knows. `make lint` has the rest: a second compiler, and clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/check_layers.sh
long=$(find src include -name '*.cc' -o -name '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 400')
[ -z "$long" ] || { echo "over 400 lines: $long" >&2; exit 1; }
wide=$(grep -rnE '^.{101,}' --include='*.cc' --include='*.h' src include | grep -v R\" || true)
[ -z "$wide" ] || { echo "lines over 100 columns:" >&2; echo "$wide" >&2; exit 1; }
