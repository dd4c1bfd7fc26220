#!/bin/sh
# The main job on this machine: nginx in front, both pools, SQLite, one local user, and an application
# that shows what it is told. Stays until interrupted and leaves no process behind.
# environment: DEMO_PORT (8080), DEMO_DIR (build/demo), BIN (build/bin)
set -eu
cd "$(dirname "$0")/../.."
port=${DEMO_PORT:-8080}
bin=$(cd "${BIN:-build/bin}" && pwd)
mkdir -p "${DEMO_DIR:-build/demo}"
dir=$(cd "${DEMO_DIR:-build/demo}" && pwd)
nginx=$(command -v nginx || echo /usr/sbin/nginx)
children=

fail() {
  echo "demo: $1" >&2
  exit 1
}

# Ends what was started, the last first, and waits until it is gone.
finish() {
  trap - EXIT INT TERM HUP
  for child in $children; do kill -TERM "$child" 2>/dev/null || true; done
  wait
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

start() {
  log=$1
  shift
  "$@" >"$dir/$log.log" 2>&1 &
  children="$! $children"
}

# Waits until a URL answers anything at all; $2 is what is being waited for.
wait_for() {
  tries=0
  until curl -s -o "$dir/ready.txt" --noproxy '*' --max-time 2 "$1"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || fail "$2 did not start; see $dir/*.log"
    for child in $children; do
      kill -0 "$child" 2>/dev/null || fail "a part ended at once; see $dir/*.log"
    done
    sleep 0.05
  done
}

case $dir in
  *[\ \&\|\\]*) fail "the path of DEMO_DIR has a blank or a character nginx and sed would misread: $dir" ;;
esac
if curl -s -o /dev/null --noproxy '*' --max-time 1 "http://127.0.0.1:$port/"; then
  fail "port $port is in use; choose another one with DEMO_PORT=8090 make demo"
fi

rm -rf "$dir/state" "$dir/nginx" "$dir/tmp"
rm -f "$dir/latchkey.toml" "$dir"/*.log
umask 077
mkdir -p "$dir/state" "$dir/nginx/latchkey" "$dir/tmp"

application_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$bin/latchkey" --config "$dir/latchkey.toml" init --user demo --url "http://127.0.0.1:$port" >"$dir/init.txt" ||
  fail "latchkey init failed; see above"
password=$(sed -n 's/^password: //p' "$dir/init.txt")
[ -n "$password" ] || fail "latchkey init printed no password; see $dir/init.txt"
rm -f "$dir/init.txt"

# nginx started as root gives its workers away to another user, who could not reach this directory.
user=
[ "$(id -u)" -ne 0 ] || user='user root;'
sed -e "s|@DIR@|$dir|g" -e "s|@PORT@|$port|g" -e "s|@USER@|$user|g" \
  -e "s|@APPLICATION_PORT@|$application_port|g" examples/demo/nginx.conf >"$dir/nginx/nginx.conf"
for file in examples/nginx/latchkey/*.conf; do
  sed -e "s|unix:/run/latchkey/|unix:$dir/|g" "$file" >"$dir/nginx/latchkey/$(basename "$file")"
done

start application python3 examples/demo/application.py "$application_port"
start authorizer "$bin/latchkey-authorizer" --config "$dir/latchkey.toml" --socket "unix:$dir/authorizer.sock"
start responder "$bin/latchkey-responder" --config "$dir/latchkey.toml" --socket "unix:$dir/responder.sock"
wait_for "http://127.0.0.1:$application_port/" "the application"
start nginx "$nginx" -p "$dir/nginx" -c "$dir/nginx/nginx.conf"
wait_for "http://127.0.0.1:$port/healthz" "nginx"
tries=0
until [ "$(curl -s -o /dev/null --noproxy '*' -w '%{http_code}' "http://127.0.0.1:$port/readyz")" = 200 ] &&
  [ "$(curl -s -o /dev/null --noproxy '*' -w '%{http_code}' "http://127.0.0.1:$port/")" = 401 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || fail "latchkey is not ready; see $dir/*.log"
  sleep 0.05
done

echo "latchkey demo ready: http://127.0.0.1:$port/"
echo "user: demo"
echo "password: $password"

# Waiting for all of them, so that the end of one ends the demo with a word about it.
while :; do
  for child in $children; do
    kill -0 "$child" 2>/dev/null || fail "a part has ended; see $dir/*.log"
  done
  sleep 1 &
  wait $! || true
done
