#!/bin/sh
# Makes the directory for hosts without root, daemon and compiler: the programs with every library they need,
# the C library and its loader among them, so that nothing of the host is used but its kernel.
# usage: bundle.sh BIN_DIRECTORY OUT_DIRECTORY
#
# A fully static link is not to be had from Debian's packages: libjwt, cJSON, fmt, spdlog and the Kerberos that
# libcurl needs come without static libraries.
set -eu
bin=$1 out=$2
from=$(dirname "$0")/../examples/shared-hosting

rm -rf "$out"
mkdir -p "$out/bin" "$out/programs" "$out/lib" "$out/licenses"

libraries=
loader=
for program in latchkey latchkey-authorizer latchkey-responder; do
  install -m 755 "$from/bin/launch" "$out/bin/$program"
  install -m 755 "$bin/$program" "$out/programs/$program"
  strip --strip-unneeded "$out/programs/$program"
  needed=$(ldd "$bin/$program")
  case $needed in *'not found'*) echo "bundle.sh: $program: $needed" >&2; exit 1 ;; esac
  libraries="$libraries $(printf '%s\n' "$needed" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p')"
  loader=$(printf '%s\n' "$needed" | sed -n 's/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\) .*/\1/p')
done

# The programs load this one themselves, where a directory is configured.
ldap=$(grep -aohE 'libldap[0-9.-]*\.so\.[0-9]+' "$bin/latchkey-authorizer" | head -n 1)
ldap=$(/sbin/ldconfig -p | sed -n "s/.*$ldap .* => //p" | head -n 1)
libraries="$libraries $ldap $(ldd "$ldap" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p')"

libraries=$(printf '%s\n' $libraries | sort -u)
# shellcheck disable=SC2086 # these lists are meant to be split
{
  install -m 644 $libraries "$out/lib"
  # Which packages they come from, for their licenses: Debian knows some of these files by another spelling.
  spellings=$(for one in $libraries; do real=$(readlink -f "$one"); echo "$one" "$real" "/usr$one" "${real#/usr}"; done)
  packages=$(dpkg-query -S $spellings 2>/dev/null | sed 's/:.*//' | sort -u)
  for package in $packages; do install -m 644 "/usr/share/doc/$package/copyright" "$out/licenses/$package"; done
}
install -m 755 "$loader" "$out/lib/ld.so"
install -m 644 "$from/../../LICENSE" "$out/licenses/latchkey"

cp -R "$from/site" "$out/site"
install -m 644 "$from/hidden.htaccess" "$out/.htaccess"
install -m 644 "$from/README.md" "$out/README.md"

# What was gathered has to run with nothing else.
env -i "$out/bin/latchkey" --version >/dev/null
