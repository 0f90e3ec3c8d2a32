#!/bin/sh
# probe.sh: waits until a container is healthy. Terraform runs it after each create, in place of the provider's own
# wait, which prints no log lines and waits on for a container that has already ended.
# CONTAINER name, PATIENCE seconds, DOCKER_HOST engine
i=0
while [ "$i" -lt "$PATIENCE" ]; do
  state=$(docker inspect -f '{{.State.Status}} {{.State.Health.Status}}' "$CONTAINER" 2>&1) || break
  case $state in
    "running healthy") echo "$CONTAINER is healthy after $i s"; exit 0 ;;
    exited* | dead*) break ;;
  esac
  i=$((i + 1))
  [ $((i % 15)) -ne 0 ] || echo "$CONTAINER: waiting, $state ($i s)"
  sleep 1
done
echo "$CONTAINER is not healthy: $state. What its health check said last, and its last log lines:" >&2
docker inspect -f '{{range .State.Health.Log}}{{.Output}}{{end}}' "$CONTAINER" 2>/dev/null | tail -n 3 >&2
docker logs --tail 20 "$CONTAINER" >&2
exit 1
