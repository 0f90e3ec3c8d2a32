#!/bin/sh
# edge-config check FILE: one line that says why Caddy refuses the configuration, or nothing.
# edge-config load: has the running Caddy read its file again; open connections go on. It needs no administration interface.
case $1 in
  check)
    problem=$(/usr/bin/caddy validate --config "$2" 2>&1) && exit 0
    echo "edge: this Caddy refuses the configuration: $(echo "$problem" | grep -i error | head -n 1 | head -c 600)" >&2
    exit 1
    ;;
  load)
    # From /etc/caddy/caddy.json to the copy that edge-run gave it, with the gate as it is.
    # shellcheck source=lib/edge/image/gate.sh
    . "${EDGE_GATE:-/usr/local/bin/edge-gate}"
    render "$(gate)" || exit 1
    # By name: process 1 is Docker's init, or a script that gives USR1 another meaning.
    for process in /proc/[0-9]*; do
      [ "$(cat "$process/comm" 2>/dev/null)" = caddy ] && kill -s USR1 "${process#/proc/}" && exit 0
    done
    echo "edge: no Caddy runs here" >&2
    exit 1
    ;;
esac
