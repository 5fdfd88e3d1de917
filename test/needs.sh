#!/usr/bin/env bash
# Installs what the tests need beyond npm, or says in one line what to install. Does nothing when all is present.
set -euo pipefail

packages=()
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! { command -v initdb && command -v postgres; } >/dev/null; then
  packages+=(postgresql)
fi
if ! [ -x /usr/sbin/dovecot ] && ! command -v dovecot >/dev/null; then
  packages+=(dovecot-imapd)
fi
[ -x /usr/lib/dovecot/lmtp ] || [ -x /usr/libexec/dovecot/lmtp ] || packages+=(dovecot-lmtpd)
command -v openssl >/dev/null || packages+=(openssl)
[ ${#packages[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "the tests need: apt-get install ${packages[*]}" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null; then
  echo "the tests need (there is no apt-get here to install them): ${packages[*]}" >&2
  exit 1
fi
# `env` because sudo drops variables. The tests start servers of their own and leave the cluster of the package alone.
${as_root[@]+"${as_root[@]}"} apt-get update -qq
${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
