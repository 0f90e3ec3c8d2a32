#!/bin/sh
# joiner.sh SIGNAL PROGRAM [ARGS]: runs a program in a borrowed network namespace; SIGNAL stops it cleanly.
# The namespace's owner writes a new id at each of its starts. When it is no longer ours we sit in the old, dead namespace:
# leave with 75, and the restart policy joins the new one. Only then, for while the owner is down nobody can join.
NETNS=${NETNS:-/netns/id}
stop=$1
shift
ground=$(cat "$NETNS")
"$@" &
child=$!
trap 'kill -s "$stop" "$child" 2>/dev/null' TERM INT
trap 'moved=1; kill -s "$stop" "$child" 2>/dev/null' USR1
while sleep 1; do
  id=$(cat "$NETNS" 2>/dev/null)
  [ -z "$id" ] || [ "$id" = "$ground" ] && continue
  echo "joiner: the network namespace was replaced, leaving" >&2
  kill -s USR1 $$
  exit
done &
watcher=$!
while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
kill "$watcher" 2>/dev/null
[ -z "${moved-}" ] || code=75
exit "$code"
