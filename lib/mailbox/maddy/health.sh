#!/bin/sh
# health.sh: healthy only while maddy greets and PostgreSQL speaks. maddy has no health check of its own.
# shellcheck source=lib/mailbox/common.sh
. "${0%/*}/common.sh"

printf 'QUIT\r\n' | talk 4 127.0.0.1 "$SMTP_PORT" | grep -q '^220 ' || ill "no greeting on port $SMTP_PORT"
# SSLRequest (PostgreSQL protocol, message formats): N or S comes from the server itself, before any password.
printf '\000\000\000\010\004\322\026\057' | talk 2 "$DB_HOST" "$DB_PORT" | grep -q '[NS]' || sick "waiting: PostgreSQL ($DB_HOST:$DB_PORT)"
