#!/bin/sh
# Drives every fuzz target for a while. A finding stops it and stays below build-fuzz/.
# usage: run.sh FOLDER_OF_FUZZERS SECONDS_PER_TARGET
set -eu
cd "$(dirname "$0")/../.."
for fuzzer in "$1"/fuzz-*; do
  target=${fuzzer##*/fuzz-}
  grown=build-fuzz/corpus/$target
  mkdir -p "$grown" build-fuzz/findings
  echo "fuzz $target: $2 s"
  "$fuzzer" -max_total_time="$2" -timeout=5 -rss_limit_mb=1024 -print_final_stats=0 -verbosity=0 \
    -artifact_prefix="build-fuzz/findings/$target-" "$grown" "tests/corpus/$target"
done
