#!/bin/sh
# maddy.sh: waits for the guard and for PostgreSQL, makes the first account, runs maddy.
# For the official image: Alpine with busybox. Secrets reach maddy by its environment only, and no command line.
# shellcheck source=lib/mailbox/common.sh disable=SC2154,SC2317
. "${0%/*}/common.sh"
: "${BIN:=/bin/maddy}" "${CONFIG:=/opt/tailwart/maddy.conf}"

PGPASSWORD=$(secret stalwart_db_password)
SMARTHOST_PASSWORD=$([ ! -f "$SECRETS/stalwart_smarthost_password" ] || secret stalwart_smarthost_password)
export PGPASSWORD SMARTHOST_PASSWORD

# maddy's commands end with 0 also when they fail (0.9.4); what went wrong is in their last words.
maddy() { "$BIN" -config "$CONFIG" "$@" 2>"$WORK/log" && ! grep -q 'app\.Run failed' "$WORK/log"; }
reason() { sed -n 's/.*app\.Run failed[[:blank:]]*//p' "$WORK/log" | tail -n 1 | cut -c1-300; }
database_ready() { # with its password; makes the tables
  maddy creds list >"$WORK/logins" && return
  why=$(reason)
  return 1
}
first_account() { # made once, by name; the password is read from standard input
  grep -q -x -F "$ADMIN" "$WORK/logins" || {
    secret stalwart_admin_password | maddy creds create "$ADMIN" >/dev/null || die "the account $ADMIN cannot be made: $(reason)"
    say "made the account $ADMIN"
  }
  maddy imap-acct list >"$WORK/mailboxes" || die "the mailboxes cannot be listed: $(reason)"
  grep -q -x -F "$ADMIN" "$WORK/mailboxes" || maddy imap-acct create "$ADMIN" >/dev/null || die "the mailbox $ADMIN cannot be made: $(reason)"
}

rm -rf "$WORK"
mkdir -p "$WORK" || exit 1
stand
until_true "$PATIENCE" "the guard in the sidecar" guarded
until_true "$PATIENCE" "PostgreSQL ($DB_HOST:$DB_PORT)" database_ready
first_account
supervise "$BIN" -config "$CONFIG" run
