#!/bin/sh
# probe.sh: waits until a container is healthy. Terraform runs it after each create, in place of the provider's own
# wait, which prints no log lines and waits on for a container that has already ended.
# CONTAINER name, PATIENCE seconds, DOCKER_HOST engine
#
# A program in a container that finds what no waiting mends (a wrong password, a refused setting) says so in a line
# "start: giving up: WHY" and ends. The restart policy brings it back and it says so again; the deploy need not see more.
# Lines from before we came do not count: somebody may have mended it since.
given_up() { docker logs "$CONTAINER" 2>&1 | grep -a '^start: giving up: '; }
# The engine looks for the first time after a whole interval, and then once in each. We ask the same command, by our own clock;
# a word of it that is empty or has several lines does not come through here, and then the engine's own look has to do.
check() { docker inspect -f "$1" "$CONTAINER" 2>/dev/null; }
lines='
' words=$(check '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}')
set -f
IFS=$lines
# shellcheck disable=SC2086
set -- $words
unset IFS
set +f
if [ "${1-}" = CMD ] && [ $# = "$(check '{{len .Config.Healthcheck.Test}}')" ]; then shift; else set --; fi
answers() { # in its container; one that hangs is left to the engine
  [ $# -gt 0 ] || return 1
  docker exec "$CONTAINER" "$@" >/dev/null 2>&1 &
  asked=$! n=0
  while kill -0 $asked 2>/dev/null && [ $n -lt 20 ]; do n=$((n + 1)) && sleep 0.5; done
  kill $asked 2>/dev/null
  wait $asked
}
old=$(given_up | wc -l)
begun=$(date +%s) told=15
while i=$(($(date +%s) - begun)) && [ "$i" -lt "$PATIENCE" ]; do
  state=$(docker inspect -f '{{.State.Status}} {{.State.Health.Status}}' "$CONTAINER" 2>&1) || break
  case $state in
    "running healthy") echo "$CONTAINER is healthy after $i s"; exit 0 ;;
    "running starting") answers "$@" && echo "$CONTAINER is healthy after $(($(date +%s) - begun)) s" && exit 0 ;;
    exited* | dead*) break ;;
  esac
  if [ "$(given_up | wc -l)" -gt "$old" ]; then
    state="it gave up after $i s"
    break
  fi
  [ "$i" -lt "$told" ] || { echo "$CONTAINER: waiting, $state ($i s)"; told=$((told + 15)); }
  sleep 1
done
echo "$CONTAINER is not healthy: $state. What its health check said last, and its last log lines:" >&2
docker inspect -f '{{range .State.Health.Log}}{{.Output}}{{end}}' "$CONTAINER" 2>/dev/null | tail -n 3 >&2
docker logs --tail 20 "$CONTAINER" >&2
# The reason once more at the end: a program that comes back at once has pushed it out of the last lines.
[ "$(given_up | wc -l)" -le "$old" ] || given_up | tail -n 1 >&2
exit 1
