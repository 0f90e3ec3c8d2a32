#!/bin/sh
# health.sh: healthy only while the server greets and PostgreSQL, Redis and S3 answer. Its own /healthz stays green without them.
# shellcheck source=lib/mailbox/common.sh
. "${0%/*}/common.sh"
sick() { echo "$*"; exit 1; }

printf 'QUIT\r\n' | talk 4 127.0.0.1 "$SMTP_PORT" | grep -q '^220 ' || sick "no greeting on port $SMTP_PORT"
# A user that nobody has ever asked for is looked up in PostgreSQL: 401 with it, 500 without. Loopback is never banned.
code=$(curl -s -m 4 -o /dev/null -w '%{http_code}' -u "nobody-$(date +%s)-$$@$DOMAIN:nothing" "http://127.0.0.1:$ADMIN_PORT/jmap/session")
[ "$code" = 401 ] || sick "the data store does not answer (HTTP $code for an unknown user)"
redis_ready || sick "Redis ($REDIS_HOST) does not answer"
s3_ready || sick "S3 ($S3_URL) does not answer"
