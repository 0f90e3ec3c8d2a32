#!/bin/sh
# sidecar-health.sh HEALTH_URL [HOST:PORT…]: healthy only when tailscaled is up AND every backend answers from
# here. tailscaled's own answer turns green before its routes work, and stays green when they are gone.
wget -q -O /dev/null "$1" || { echo "tailscaled is not up"; exit 1; }
shift
for backend in "$@"; do
  timeout 4 nc "${backend%:*}" "${backend##*:}" </dev/null >/dev/null 2>&1 || { echo "$backend does not answer"; exit 1; }
done
