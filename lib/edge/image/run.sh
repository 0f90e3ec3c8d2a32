#!/bin/sh
# edge-run PORT...: runs Caddy, and stops it so that sessions on these ports come to their own end. Caddy itself cuts them all
# at SIGTERM. Told to listen nowhere it leaves open connections alone; it is stopped when they are gone, or when time is up.
# While it runs, the mail lines listen only as long as the mailbox greets this edge; and a port on which nobody accepts is
# opened again.
# EDGE_GRACE seconds, fewer than Docker waits before it kills
netns=/netns/id
# shellcheck source=lib/edge/image/gate.sh
. "${EDGE_GATE:-/usr/local/bin/edge-gate}"
: "${config:=/etc/caddy/caddy.json}"
ports=''
for port in "$@"; do ports="$ports${ports:+|}$(printf %04X "$port")"; done
# Lines of proc_pid_net(5): local address, remote address, 01 for an established connection.
# shellcheck disable=SC2317 # the trap calls it
sessions() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE "^ *[0-9]+: [0-9A-F]+:($ports) [0-9A-F:]+ 01 "; }
id() { cat "$netns" 2>/dev/null; }
ground=$(id)
say() { echo "edge: $*" >&2; }
now() { read -r up _ </proc/uptime && now=${up%.*}; }
reload() { render "$1" && kill -s USR1 "$(cat "$tmp/edge.pid")" 2>/dev/null; }

close_gate() { # WHY
  [ "$(cat "$state")" != "waiting: $1" ] || return 0
  was=$(gate)
  echo "waiting: $1" >"$state"
  if [ "$was" = open ]; then reload closed; say "mail lines are closed: $1"; else say "mail lines stay closed: $1"; fi
}
open_gate() {
  [ "$(gate)" = closed ] || return 0
  echo open >"$state"
  reload open
  say 'mail lines are open: the mailbox greets this edge'
}

# heal PORT: nobody accepts there. New listeners first; that cuts no session. If it did not help, another Caddy.
heal() {
  if [ $((now - toggled)) -gt 8 ]; then
    toggled=$now
    say "nobody accepts on port $1; its listeners are opened again, open connections go on"
    reload closed
    tries=0
    while [ "$tries" -lt 10 ] && cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE ":$(printf %04X "$1") [0-9A-F]+:0000 0A "; do
      tries=$((tries + 1)) && sleep 0.1
    done
    reload "$(gate)"
    return
  fi
  [ "$now" -ge "$restart_at" ] || return 0
  # Twice as long a pause each time, from 10 s to 20 min; an hour without need forgets.
  [ $((now - restart_at)) -lt 3600 ] || pause=10
  restart_at=$((now + pause)) pause=$((pause * 2))
  [ "$pause" -le 1200 ] || pause=1200
  say "nobody accepts on port $1 after new listeners too; Caddy is started again, which ends all connections"
  : >"$tmp/edge.again"
  old=$(cat "$tmp/edge.pid")
  kill -s TERM "$old"
  (sleep 2 && [ "$(cat "$tmp/edge.pid")" = "$old" ] && kill -s KILL "$old") 2>/dev/null &
}

# One beat a second: our address, the queues, and now and then a probe, which may take its time.
watch() {
  trap - TERM INT
  toggled=-100 restart_at=0 pause=10 asked=0 beats=0 stuck='' known=$(addresses) running=''
  now
  good=$now
  while sleep 1; do
    now
    current=$(addresses)
    if [ "$current" != "$known" ]; then
      close_gate "this edge's tailnet address changed from ${known:-none} to ${current:-none}, and the mailbox is to learn it"
      known=$current asked=0
      # What was asked from the old address tells nothing.
      [ -z "$running" ] || { kill "$running" 2>/dev/null; running=''; rm -f "$tmp/edge.verdict"; }
    fi
    look
    if [ -n "$running" ] && [ -s "$tmp/edge.verdict" ]; then
      read -r kind why <"$tmp/edge.verdict"
      running=''
      case $kind in
        good) good=$now; open_gate ;;
        bad) close_gate "$why" ;;
        *) if [ "$(gate)" = closed ] || [ $((now - good)) -ge 10 ]; then close_gate "$why"; fi ;;
      esac
    fi
    every=5
    [ "$(gate)" = open ] && [ "$good" -ge "$asked" ] || every=2
    if [ -z "$running" ] && [ $((now - asked)) -ge "$every" ]; then
      asked=$now
      rm -f "$tmp/edge.verdict"
      # shellcheck disable=SC2046 # host and port
      { probe $(mailbox) >"$tmp/edge.verdict.new" && mv "$tmp/edge.verdict.new" "$tmp/edge.verdict"; } &
      running=$!
    fi
  done
}

# A queue that is there for 3 beats and never shrank: nobody takes from it.
look() {
  first=$(queues | head -n 1)
  port=${first% *} queue=${first#* }
  if [ -n "$first" ] && [ "$port" = "${stuck% *}" ] && [ $((0x$queue)) -ge $((0x${stuck#* })) ]; then
    beats=$((beats + 1))
  else beats=0; fi
  stuck=$first
  [ "$beats" -ge 2 ] || return 0
  beats=0 stuck=''
  heal "$((0x$port))"
}

# shellcheck disable=SC2317 # the trap calls it
stop() {
  trap '' TERM INT
  kill "$watcher" 2>/dev/null
  rm -f "$tmp/edge.again"
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
echo "waiting: the mailbox has not greeted this edge yet" >"$state"
render closed || exit 1
rm -f "$tmp/edge.again" "$tmp/edge.verdict"
start() {
  rm -f "$tmp"/closed-*
  "${EDGE_CADDY:-/usr/bin/caddy}" run --config "$used" &
  caddy=$!
  echo "$caddy" >"$tmp/edge.pid"
}
start
watch &
watcher=$!
trap stop TERM INT
while :; do
  while wait "$caddy"; code=$?; kill -0 "$caddy" 2>/dev/null; do :; done
  rm "$tmp/edge.again" 2>/dev/null || break
  start
done
kill "$watcher" 2>/dev/null
exit "$code"
