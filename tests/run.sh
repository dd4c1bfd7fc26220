#!/usr/bin/env bash
# Runs the tests that were built and counts them. The last line is `N passed, N failed[, N skipped]`.
# usage: run.sh check|all|sanitized|coverage      environment: BUILD (build)
set -uo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
logs=$build/test-logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# Settings of this machine that would make clients trust or ask somebody else than the tests say.
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE GIT_SSL_CAINFO REQUESTS_CA_BUNDLE PIP_CERT NODE_EXTRA_CA_CERTS
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
export LATCHKEY_BIN=$PWD/$build/bin

say() { printf '%s\n' "$*"; }

# One program of GoogleTest. A program that ends without its summary (a crash) counts as a failure.
gtest() {
  local name log good bad gone
  name=$(basename "$1")
  log=$logs/$name.log
  "$@" >"$log" 2>&1
  local status=$?
  good=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  gone=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  if [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then bad=1; fi
  if [ "${good:-0}" -eq 0 ] && [ "${bad:-0}" -eq 0 ]; then bad=1; fi
  passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${gone:-0}))
  say "$(printf '%-28s %4d passed, %d failed' "$name" "${good:-0}" "${bad:-0}")"
  if [ "${bad:-0}" -ne 0 ]; then grep -vE '^\[ +(OK|RUN) ' "$log" | tail -n 60; fi
}

# One script that passes or fails as a whole.
script() {
  local name=$1 log
  shift
  log=$logs/$name.log
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    say "$(printf '%-28s    1 passed, 0 failed' "$name")"
  else
    failed=$((failed + 1))
    say "$(printf '%-28s    0 passed, 1 failed' "$name")"
    tail -n 40 "$log"
  fi
}

# One folder of pytest.
pytest() {
  run_folder "$1"
  count_folder "$1" $?
}

# The run alone, within 20 minutes; its log is counted afterwards.
run_folder() {
  # Debian's own Python: another one in PATH does not have the package.
  PYTHONDONTWRITEBYTECODE=1 timeout 1200 /usr/bin/python3 -m pytest -q --maxfail=10 -p no:cacheprovider \
    --durations=8 --rootdir=. "tests/$1" >"$logs/$1.log" 2>&1
}

count_folder() {
  local name=$1 status=$2 log=$logs/$1.log summary count
  summary=$(tail -n 1 "$log")
  local good bad gone
  count() { sed -n "s/.*[^0-9]\([0-9][0-9]*\) $1.*/\1/p" <<<" $summary" | tail -n 1; }
  local broken
  good=$(count passed) bad=$(count failed) broken=$(count 'errors\{0,1\}') gone=$(count skipped)
  bad=$((${bad:-0} + ${broken:-0}))
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + ${good:-0})) failed=$((failed + bad)) skipped=$((skipped + ${gone:-0}))
  say "$(printf '%-28s %4d passed, %d failed' "$name" "${good:-0}" "$bad")"
  if [ "$bad" -ne 0 ]; then grep -v '^$' "$log" | tail -n 120; fi
}

quick() {
  script rules tests/lint.sh
  script parity tests/check_parity.py
  local program
  for program in "$build"/tests/unit-* "$build"/tests/flow; do
    [ -x "$program" ] && gtest "$program"
  done
  local target
  for program in "$build"/tests/replay-*; do
    target=${program##*replay-}
    script "replay-$target" "$program" tests/corpus/"$target"/*
  done
}

# These wait for servers and clients most of the time, so two folders share the two cores.
everything() {
  quick
  gtest "$build/tests/process"
  run_folder servers &
  beside=$!
  trap 'kill "$beside" 2>/dev/null' EXIT
  pytest webserver
  pytest parts
  wait "$beside"
  count_folder servers $?
}

case ${1:-all} in
  check) quick ;;
  sanitized) quick; gtest "$build/tests/process" ;;
  all) everything ;;
  coverage)
    everything
    gcovr --root . --object-directory "$build" --filter 'src/' --filter 'include/' --gcov-ignore-parse-errors \
      --exclude-unreachable-branches --exclude-throw-branches --print-summary --txt "$build/coverage.txt" "$build" \
      >"$logs/coverage.log" 2>&1
    cat "$build/coverage.txt"
    script coverage-90 awk '/^TOTAL/ { share = $4 + 0 } END { print share "%"; exit share < 90 }' "$build/coverage.txt"
    ;;
  *) say "usage: run.sh check|all|sanitized|coverage" >&2; exit 64 ;;
esac

line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
say "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
