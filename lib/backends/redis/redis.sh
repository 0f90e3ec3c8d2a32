#!/bin/sh
# redis.sh: Valkey or Redis with a password. It reads its configuration from standard input, so that the password is on no command
# line, in no environment and in no other file. SECRETS and CONFIG are places, which only tests move.
set -eu
: "${SECRETS:=/run/secrets}" "${CONFIG:=/etc/tailwart-redis.conf}"
server=$(command -v valkey-server || command -v redis-server) || {
  echo "start: giving up: neither valkey-server nor redis-server is in this image; look at REDIS_IMAGE" >&2
  exit 1
}
exec "$server" - <<END
$(cat "$CONFIG")
requirepass $(head -n 1 "$SECRETS/stalwart_redis_password")
END
