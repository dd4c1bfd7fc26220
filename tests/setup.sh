#!/bin/sh
# Installs what this machine lacks, from Debian's packages (as root or by sudo) and npm (below build/).
# usage: setup.sh build|demo|test|bench|lint...     prints nothing when nothing is missing
set -eu
cd "$(dirname "$0")/.."

BUILD='g++ make pkg-config libfcgi-dev libjwt-dev libcjson-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev
 libtomlplusplus-dev libcli11-dev libspdlog-dev libfmt-dev libapr1-dev libaprutil1-dev libre2-dev libkainjow-mustache-dev
 libldap-dev libmimalloc-dev'
DEMO='nginx-light python3 curl'
CHECK='libgtest-dev libgmock-dev strace procps'
# junit4: without it Maven's dependency:get does not resolve from Debian's own repository.
TEST="$DEMO $CHECK openssl sqlite3 python3-pytest python3-jwt python3-cryptography
 golang-docker-credential-helpers pass gnupg docker-registry skopeo podman buildah docker.io maven libmaven-deploy-plugin-java libmaven-dependency-plugin-java junit4
 nodejs npm chromium fcgiwrap python3-pip twine git apt ivy
 lighttpd lighttpd-modules-lua lighttpd-mod-openssl caddy haproxy
 iproute2 apache2 libapache2-mod-fcgid slapd ldap-utils
 krb5-kdc krb5-admin-server krb5-user libapache2-mod-auth-gssapi lighttpd-mod-authn-gssapi"
BENCH="$DEMO wrk libbenchmark-dev apache2 lighttpd caddy haproxy"
LINT='clang-19 clang-tidy-19 libclang-rt-19-dev gcovr'

packages=
npm=no
for group; do
  case $group in
    build) packages="$packages $BUILD" ;;
    demo) packages="$packages $BUILD $DEMO" ;;
    check) packages="$packages $BUILD $CHECK" ;;
    test) packages="$packages $BUILD $TEST" npm=yes ;;
    bench) packages="$packages $BUILD $BENCH" ;;
    lint) packages="$packages $BUILD $CHECK $LINT" ;;
    *) echo "setup.sh: unknown group $group" >&2; exit 64 ;;
  esac
done

missing=
for package in $packages; do
  case $package in
    # A machine may have these from elsewhere than Debian; two of them would only quarrel.
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
    nginx-light) command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] && continue ;;
  esac
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done

if [ -n "$missing" ]; then
  sudo=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "setup.sh: these packages are missing; install them as root:" >&2
      echo "  apt-get install --no-install-recommends$missing" >&2
      exit 1
    }
    sudo=sudo
  fi
  echo "installing:$missing" >&2
  # Debian starts the servers it installs, now and after each boot. The tests start their own, and port 80
  # may be somebody's.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap '$sudo rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod 755 $policy
  fi
  $sudo apt-get update -q >&2
  # shellcheck disable=SC2086 # the list is meant to be split
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 $missing >&2
  for service in nginx apache2 lighttpd caddy haproxy krb5-kdc krb5-admin-server slapd; do
    case "$missing " in
      *" $service"[\ -]*) $sudo systemctl disable --quiet $service.service 2>/dev/null || true ;;
    esac
  done
fi

if [ "$npm" = yes ] && ! cmp -s tests/parts/package.json build/parts/installed.json; then
  mkdir -p build/parts
  cp tests/parts/package.json build/parts/package.json
  (cd build/parts && npm install --no-audit --no-fund --loglevel=error >&2)
  cp tests/parts/package.json build/parts/installed.json
fi
