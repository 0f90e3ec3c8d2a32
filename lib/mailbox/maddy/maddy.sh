#!/bin/sh
# maddy.sh: waits for PostgreSQL and the edges' names, fills in the configuration, makes the first account, runs maddy.
# For the official image: Alpine with busybox. Secrets reach maddy by its environment only, and no command line.
# shellcheck source=lib/mailbox/common.sh disable=SC2154,SC2317
. "${0%/*}/common.sh"
: "${BIN:=/bin/maddy}" "${CONFIG:=/opt/tailwart/maddy.conf}"

PGPASSWORD=$(secret stalwart_db_password)
SMARTHOST_PASSWORD=$([ ! -f "$SECRETS/stalwart_smarthost_password" ] || secret stalwart_smarthost_password)
export PGPASSWORD SMARTHOST_PASSWORD

maddy() { "$BIN" -config "$WORK/maddy.conf" "$@"; }
database_ready() { # with its password; makes the tables
  maddy creds list >"$WORK/logins" 2>"$WORK/log" && return
  why=$(tail -n 1 "$WORK/log" | cut -c1-300)
  return 1
}
first_account() { # made once, by name; the password is read from standard input
  grep -q -x -F "$ADMIN" "$WORK/logins" || {
    secret stalwart_admin_password | maddy creds create "$ADMIN" >"$WORK/log" 2>&1 || die "the account $ADMIN cannot be made: $(tail -n 1 "$WORK/log")"
    say "made the account $ADMIN"
  }
  maddy imap-acct list 2>/dev/null | grep -q -x -F "$ADMIN" ||
    maddy imap-acct create "$ADMIN" >"$WORK/log" 2>&1 || die "the mailbox $ADMIN cannot be made: $(tail -n 1 "$WORK/log")"
}

rm -rf "$WORK"
mkdir -p "$WORK" || exit 1
stand
find_edges
sed "s|{{edge_trust}}|$(edge_set | sed 's/$/\/32/' | paste -s -d ' ' -)|" "$CONFIG" >"$WORK/maddy.conf"
! grep '{{' "$WORK/maddy.conf" || die "${CONFIG##*/}: unknown placeholder"
until_true "$PATIENCE" "PostgreSQL ($DB_HOST:$DB_PORT)" database_ready
first_account
supervise "$BIN" -config "$WORK/maddy.conf" run
