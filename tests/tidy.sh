#!/usr/bin/env bash
# clang-tidy on src/ and tests/, for what has changed since it was last clean.
# usage: tidy.sh BUILD FLAGS...      BUILD has the objects of this compiler, FLAGS are what it was given
#
# Most of its time goes into the headers of libraries, once for each source. So it is given groups of
# sources that share them: the first of every folder, the second of every folder, and so on. Folders
# are namespaces, so that no two sources of a group declare the same name.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
mkdir -p "$build"/tidy/{src,tests/supported}
cp tests/.clang-tidy "$build/tidy/tests"

# One group: `folder/number source...` is one argument.
tidy_group() {
  local build=$1 name=${2%% *} sources=${2#* } due=no source
  shift 2
  local group=$build/tidy/$name
  for source in $sources; do printf '#include "%s"\n' "$PWD/$source"; done >"$group.new"
  cmp -s "$group.new" "$group.cc" || cp "$group.new" "$group.cc"
  for source in .clang-tidy tests/.clang-tidy "$group.cc" $sources; do
    case $source in src/* | tests/*.cc) source=$build/obj/${source%.cc}.o ;; esac
    [ "$group.ok" -nt "$source" ] || due=yes
  done
  [ "$due" = yes ] || return 0
  rm -f "$group.ok"
  echo "  tidy $sources"
  clang-tidy-19 --quiet --checks=-bugprone-suspicious-include "$group.cc" -- "$@" 2>"$group.log" || { cat "$group.log"; return 1; }
  touch "$group.ok"
}
export -f tidy_group

# The sources come from standard input. Programs of one source each have a main() each.
groups() {
  sort | awk -v kind="$1" '
    { folder = $0; sub(/\/[^\/]*$/, "", folder) }
    folder ~ /\/(bench|fuzz)$/ { folder = "programs" }
    { number = ++count[folder]; members[number] = members[number] " " $0 }
    number > last { last = number }
    END { for (i = 1; i <= last; ++i) printf "%s/%d%s\n", kind, i, members[i] }'
}
# A test without the support files says testing::, one with them ::testing::.
{
  find src -name '*.cc' | groups src
  grep -rL --include='*.cc' 'latchkey::testing\|"support/' tests | groups tests
  grep -rl --include='*.cc' 'latchkey::testing\|"support/' tests | groups tests/supported
} | tr '\n' '\0' |
  xargs -0 -P "${JOBS:-2}" -I '{}' bash -c 'tidy_group "$@"' tidy "$build" '{}' "$@"
echo "clang-tidy: clean"
