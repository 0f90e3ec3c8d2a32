#!/bin/sh
# garage.sh: one Garage node that makes its layout, bucket and key by itself at the first start.
# Secrets are read from files and reach Garage by its environment and a private file, never by `docker inspect`.
set -eu
umask 077
cp /run/secrets/garage_rpc_secret /tmp/rpc_secret # Garage refuses a secret file that its group can read
GARAGE_DEFAULT_ACCESS_KEY=$(cat /run/secrets/stalwart_s3_access_key)
GARAGE_DEFAULT_SECRET_KEY=$(cat /run/secrets/stalwart_s3_secret_key)
export GARAGE_DEFAULT_ACCESS_KEY GARAGE_DEFAULT_SECRET_KEY
stopped='' begun=$(date +%s)
garage -c /etc/garage.toml server --single-node --default-bucket &
child=$!
trap 'stopped=1; kill "$child" 2>/dev/null' TERM INT
while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
# It waits for nobody, so when it ends right after its start, it will the next time too. lib/docker/probe.sh knows the line.
[ -n "$stopped" ] || [ "$code" -eq 0 ] || [ $(($(date +%s) - begun)) -gt 10 ] ||
  echo "start: giving up: Garage ended at once, and says why above; STALWART_S3_SECRET_KEY has to be the one that its key was made with" >&2
exit "$code"
