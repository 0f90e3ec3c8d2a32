#!/bin/sh
# redis-health.sh HOST PORT: healthy only while Redis lets us in and takes a write: one that is full still answers a PING.
: "${SECRETS:=/run/secrets}"
client=$(command -v valkey-cli || command -v redis-cli)
said=$(printf 'AUTH %s\nSET tailwart:health 1 EX 60\n' "$(head -n 1 "$SECRETS/stalwart_redis_password")" | timeout 5 "$client" -h "$1" -p "$2" 2>&1)
[ "$said" = "OK
OK" ] || {
  echo "$said" | grep -v '^$' | tail -n 1
  exit 1
}
