#!/bin/sh
# edge-run PORT...: runs Caddy, and stops it so that sessions on these ports come to their own end. Caddy itself cuts them all
# at SIGTERM. Told to listen nowhere it leaves open connections alone; it is stopped when they are gone, or when time is up.
# EDGE_GRACE seconds, fewer than Docker waits before it kills
config=/etc/caddy/caddy.json used=/tmp/edge.json netns=/netns/id
ports=''
for port in "$@"; do ports="$ports${ports:+|}$(printf %04X "$port")"; done
# Lines of proc_pid_net(5): local address, remote address, 01 for an established connection.
# shellcheck disable=SC2317 # the trap calls it
sessions() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE "^ *[0-9]+: [0-9A-F]+:($ports) [0-9A-F:]+ 01 "; }
id() { cat "$netns" 2>/dev/null; }
ground=$(id)
# shellcheck disable=SC2317 # the trap calls it
stop() {
  trap '' TERM INT
  # In a namespace that was replaced nobody is on the other end.
  if [ "$(id)" = "$ground" ] && sessions; then
    echo '{"admin":{"disabled":true,"config":{"persist":false}}}' >"$used"
    kill -s USR1 "$caddy"
    left=${EDGE_GRACE:-25}
    while [ "$left" -gt 0 ] && sleep 1 && sessions; do left=$((left - 1)); done
  fi
  kill -s TERM "$caddy"
}
# Caddy reads a copy: the file itself belongs to root, and whoever runs this need not be root.
cp "$config" "$used" || exit 1
/usr/bin/caddy run --config "$used" &
caddy=$!
trap stop TERM INT
while wait "$caddy"; code=$?; kill -0 "$caddy" 2>/dev/null; do :; done
exit "$code"
