#!/bin/sh
# publishing.sh: refuses an engine on which published ports hide their clients' addresses.
# DOCKER_HOST engine
options=$(docker info -f '{{.SecurityOptions}}' 2>&1) || { echo "docker info failed on ${DOCKER_HOST:-the default engine}: $options" >&2; exit 1; }
case $options in
  *rootless*)
    echo "the engine at ${DOCKER_HOST:-the default place} is rootless: its published ports show every client as the engine's own address, and the mail server could tell nobody apart; use an engine that root runs, or EDGE_NETWORK=host" >&2
    exit 1
    ;;
esac
