#!/usr/bin/env bash
# Back the database and its files up once a day, and keep the newest of the archives.
# Runs in the service "backup"; with the argument "once" it makes one backup and ends.
#
# An archive holds database.dump (pg_restore) and filestore/ of the database DATABASE.
set -euo pipefail

: "${DATABASE:?}" "${KEEP:=14}" "${EVERY_SECONDS:=86400}"
target=/backups

backup() {
  local name work
  name="${DATABASE}-$(date -u +%Y%m%d-%H%M%S)"
  work="$(mktemp -d "${target}/.${name}.XXXXXX")"
  pg_dump --format=custom --no-owner --no-acl --file="${work}/database.dump" "${DATABASE}"
  mkdir -p "${work}/filestore"
  if [ -d "/var/lib/odoo/filestore/${DATABASE}" ]; then
    cp -a "/var/lib/odoo/filestore/${DATABASE}/." "${work}/filestore/"
  fi
  tar -C "${work}" -czf "${work}.tar.gz" database.dump filestore
  mv "${work}.tar.gz" "${target}/${name}.tar.gz"
  rm -rf "${work}"
  echo "written: ${name}.tar.gz"
  find "${target}" -maxdepth 1 -name "${DATABASE}-*.tar.gz" | sort -r | tail -n "+$((KEEP + 1))" |
    while read -r old; do rm -f "${old}"; done
}

PGPASSWORD="$(cat /run/secrets/db_password)"
export PGPASSWORD
backup
[ "${1:-}" = once ] && exit 0
while sleep "${EVERY_SECONDS}"; do backup; done
