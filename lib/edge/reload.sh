#!/bin/sh
# reload.sh: gives a running edge the configuration that it is to have. Open connections go on.
# CONTAINER name, CONFIG file, DOCKER_HOST engine
at=/etc/caddy/caddy.json
die() { echo "$CONTAINER: $*" >&2; exit 1; }
# The sizes of logs are limited; what counts is whether the last word on reloading is a new one.
said() { docker logs --tail 300 "$CONTAINER" 2>&1 | grep -E '"(successfully reloaded|failed to reload) config' | tail -n 1; }

now=$(docker exec "$CONTAINER" cat $at) || die "cannot be asked; is it running? docker logs $CONTAINER says more"
if [ "$now" = "$(cat "$CONFIG")" ] && ! docker exec "$CONTAINER" cat $at.old >/dev/null 2>&1; then exit 0; fi

docker exec -i "$CONTAINER" sh -c 'cat >/tmp/caddy.json' <"$CONFIG" || die "cannot be given a file"
docker exec "$CONTAINER" sh /usr/local/bin/edge-config check /tmp/caddy.json || die "keeps the configuration that it had"
# The old file stays until the new one is in use: an interrupted run is done again.
docker exec -u 0:0 "$CONTAINER" sh -c "cp $at $at.old && cp /tmp/caddy.json $at.new && mv $at.new $at" || die "cannot put the file in place"
before=$(said)
docker exec "$CONTAINER" sh /usr/local/bin/edge-config load || die "was given the configuration and did not read it"
i=0
while after=$(said); [ "$after" = "$before" ]; do
  i=$((i + 1))
  [ $i -lt 20 ] || break
  sleep 0.5
done
case $after in
  "$before") why="it said nothing for 10 s" ;;
  *'successfully reloaded'*)
    docker exec -u 0:0 "$CONTAINER" rm -f $at.old
    echo "$CONTAINER: took over the new configuration; open connections go on"
    exit 0
    ;;
  *) why=$(echo "$after" | sed 's/.*"error":"\(.*\)".*/\1/') ;;
esac
# A Caddy that could open only some of the new ports keeps those open and serves nobody there: it has to start anew.
docker exec -u 0:0 "$CONTAINER" mv $at.old $at
docker restart "$CONTAINER" >/dev/null
die "could not use the new configuration and was started again with the old one: $why"
