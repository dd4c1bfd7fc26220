#!/bin/sh
# Turns files into C++ string constants, so that the programs need no data files at run time.
# usage: embed.sh sql|text ROOT FILE...  > header
#   sql   sql/query/session/find.sql becomes   inline constexpr SqlText session_find(R"...(...)...");
#   text  src/pages/templates/login.mustache becomes   inline constexpr std::string_view login_mustache = ...;
set -eu
kind=$1 root=$2
shift 2
printf '// Made by src/embed.sh. Do not edit.\n#pragma once\n'
for file; do
  name=${file#"$root"/}
  [ "$kind" = text ] || name=${name%.sql}
  name=$(printf '%s' "$name" | tr '/.-' '___')
  case $kind in
    sql) printf 'inline constexpr SqlText %s(R"LATCHKEY(' "$name" ;;
    text) printf 'inline constexpr std::string_view %s = R"LATCHKEY(' "$name" ;;
  esac
  cat "$file"
  case $kind in
    sql) printf ')LATCHKEY");\n' ;;
    text) printf ')LATCHKEY";\n' ;;
  esac
done
