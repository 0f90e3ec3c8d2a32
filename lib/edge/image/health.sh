#!/bin/sh
# edge-health PORT: healthy when the mail server's greeting comes back through the edge. A connect alone proves nothing:
# the kernel accepts even for a Caddy that has stopped accepting. QUIT keeps the server from counting a lost client.
# While the gate is closed it says what is awaited: starting this container again would not bring it.
# shellcheck source=lib/edge/image/gate.sh
. "${EDGE_GATE:-/usr/local/bin/edge-gate}"
if [ -s "$state" ] && [ "$(gate)" = closed ]; then cat "$state"; exit 1; fi
greeting=$({ sleep 1; printf 'QUIT\r\n'; } | nc -w 7 127.0.0.1 "$1" 2>/dev/null | head -n 1)
case $greeting in
  220*) echo "$greeting" ;;
  *) echo "port $1 brings no greeting; is the mailbox up, and does the policy let this edge reach it?"; exit 1 ;;
esac
