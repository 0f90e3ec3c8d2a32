#!/bin/sh
# owner.sh: owns a network namespace and does nothing else. Who joins the namespace reads which one lives: each start makes a new one.
NETNS=${NETNS:-/netns/id}
umask 022
trap 'exit 0' TERM INT
cat /proc/sys/kernel/random/uuid >"$NETNS.new" && mv "$NETNS.new" "$NETNS" || exit 1
while :; do
  sleep 3600 &
  wait $!
done
