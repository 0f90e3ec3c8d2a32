#!/bin/sh
# health.sh: healthy only while the server greets and PostgreSQL, Redis and S3 answer. Its own /healthz stays green without them.
# The longest way through it has to end before the engine's patience does (mailbox.ts), else it counts as hung.
: "${ASK:=3}"
# shellcheck source=lib/mailbox/common.sh
. "${0%/*}/common.sh"

printf 'QUIT\r\n' | talk 4 127.0.0.1 "$SMTP_PORT" | grep -q '^220 ' || ill "no greeting on port $SMTP_PORT"
# A user that nobody has ever asked for is looked up in PostgreSQL: 401 with it, 500 without. Loopback is never banned.
code=$(curl -s -m 4 -o /dev/null -w '%{http_code}' -u "nobody-$(date +%s)-$$@$DOMAIN:nothing" "http://127.0.0.1:$ADMIN_PORT/jmap/session")
[ "$code" = 401 ] || ill "the data store answers, and the server gets nothing from it (HTTP $code for an unknown user)"
why=''
redis_ready || awaits "Redis ($REDIS_HOST)"
s3_ready || awaits "S3 ($S3_URL)"
