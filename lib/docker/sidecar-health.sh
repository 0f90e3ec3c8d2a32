#!/bin/sh
# sidecar-health.sh HEALTH_URL [HOST:PORT…]: healthy only when tailscaled is up AND every backend answers from
# here. containerboot's answer at HEALTH_URL turns green before routes work, and stays green while tailscaled hangs.
# "waiting: " is for what a restart of this container does not bring back (lib/docker/starter.sh).
# LOGIN_SERVER Headscale's URL or empty
sick() {
  echo "$*"
  exit 1
}
status=$(timeout 4 tailscale status --json --peers=false 2>&1) || sick "tailscaled does not answer: $(echo "$status" | tail -n 1)"
state=$(echo "$status" | sed -n 's/^ *"BackendState": *"\([^"]*\)".*/\1/p' | head -n 1)
if [ "$state" != Running ]; then
  # Both kinds of control server hand out their key to anyone.
  control=${LOGIN_SERVER:-https://controlplane.tailscale.com}
  timeout 4 wget -q -O /dev/null "$control/key?v=109" 2>/dev/null || sick "waiting: the control server ($control); tailscaled is $state"
  sick "tailscaled is $state, and the control server answers"
fi
timeout 4 wget -q -O /dev/null "$1" || sick "tailscaled is up, and containerboot does not say so"
shift
for backend in "$@"; do
  timeout 4 nc "${backend%:*}" "${backend##*:}" </dev/null >/dev/null 2>&1 || sick "waiting: $backend"
done
