#!/bin/sh
# starter.sh NAME...: keeps these containers of ours up, and no others.
#  1 It starts again what the engine has given up for good. An engine that comes up starts all containers at once, and one whose
#    namespace's owner is not up in that moment stays down: "cannot join network of a non running container" (moby/moby#11777).
#    A restart policy does not try a failed start again.
#  2 It restarts what stays unhealthy by its own fault: as many looks in a row as its health check has retries. A health command
#    that fails because something else is away prints a line that begins with "waiting: "; that container is left alone.
# What somebody has stopped, is stopping or has paused stays as it is, and so does what Terraform replaces.
# DOCKER_HOST the engine's socket
# PAUSES   seconds between two restarts of one container; as many restarts within HOUR as there are words
# UNPROVEN seconds for which one is left alone that has not been healthy since its start (a long recovery, a first start)
# GRACE    seconds between SIGTERM and SIGKILL: a stopped or hung process hears only the second
# SELF     this container's id or its beginning; empty outside of a container
# BEAT, NOTES, SECONDS_FAST, FAST, SLOW, PATIENCE and the ones above are moved by tests only
set -u
: "${BEAT:=/tmp/beat}" "${NOTES:=/tmp}" "${SECONDS_FAST:=60}" "${FAST:=2}" "${SLOW:=5}" "${PATIENCE:=60}"
: "${PAUSES:=0 60 300 900}" "${HOUR:=3600}" "${UNPROVEN:=600}" "${GRACE:=10}" "${SELF=$(hostname)}"
nl='
'

say() { echo "starter: $*" >&2; }
uptime_now() { # no clock that somebody sets
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
ask() { timeout 20 docker "$@"; }
# once NAME TEXT: says it, unless it was the last thing that was said about this container
once() {
  [ "$2" != "$(cat "$NOTES/$1.said" 2>/dev/null)" ] || return 0
  echo "$2" >"$NOTES/$1.said"
  say "$1 $2"
}
runs() { [ "$(ask inspect --type container -f '{{.State.Running}} {{.State.Restarting}}' "$1" 2>/dev/null)" = 'true false' ]; }

# of_our_kind ERROR: 20.10 and 28, an owner that is between two starts, and one that ended while it was joined
of_our_kind() {
  case $1 in
    *'cannot join network'*'non running container'* | *'is restarting, wait until the container is running'* | */ns/net*'no such file or directory'*) ;;
    *) return 1 ;;
  esac
}
# help NAME: by its id from here on, for the name may be another container's in a moment
help() {
  seen=$(ask inspect --type container -f '{{.Id}} {{.State.Status}} {{.HostConfig.NetworkMode}} {{.State.Error}}' "$1" 2>/dev/null) || return 0
  read -r id status mode error <<END
$seen
END
  case $status in exited | created) ;; *) return 0 ;; esac
  case $mode in container:*) ;; *) return 0 ;; esac
  of_our_kind "$error" || return 0
  runs "${mode#container:}" || return 0
  if why=$(ask start "$id" 2>&1); then
    say "started $1, which the engine had given up: $error"
  else
    say "could not start $1: $why"
  fi
}

# The container in one line, then each look of its health check: a mark with the exit code, and what was said.
ILL='{{.Id}} {{.State.Status}} {{.State.Health.Status}} {{.HostConfig.NetworkMode}} {{.State.StartedAt}} {{.Config.Healthcheck.Retries}} {{.Config.Healthcheck.Timeout}}{{range .State.Health.Log}}{{println}}=look= {{.ExitCode}}{{println}}{{.Output}}{{end}}'
# verdict: "waiting WHAT" when the last look says so, else how many of the last looks were its own fault, the last exit code, what it said
verdict() {
  awk '
    /^=look= / { n++; code[n] = $2; next }
    n && /^waiting: / && !(n in awaited) { awaited[n] = substr($0, 10) }
    n && NF { said[n] = $0 }
    END {
      if (n in awaited) { print "waiting " awaited[n]; exit }
      own = 0
      while (own < n && code[n - own] != 0 && !((n - own) in awaited)) own++
      print own " " code[n] " " said[n]
    }' | tr -d '\000-\011\013-\037\177' | cut -c1-300
}
# being_stopped ID STARTED: has somebody, or Terraform, told it to end since its start? It may take its whole grace.
being_stopped() {
  signals=$(ask events --since "$2" --until 0s -f "container=$1" -f event=kill --format '{{.Actor.Attributes.signal}}' 2>/dev/null) || return 0
  for signal in $signals; do
    case $signal in 2 | 3 | 9 | 15) return 0 ;; esac
  done
  return 1
}
# restart_due NAME NOW WHY: false while it has to wait for its turn; leaves the times of its last restarts in recent
restart_due() {
  before='' recent='' done=0 last=0 pause=''
  [ ! -e "$NOTES/$1.restarts" ] || read -r before <"$NOTES/$1.restarts"
  for time in $before; do
    [ $(($2 - time)) -lt "$HOUR" ] || continue
    recent="$recent $time" done=$((done + 1)) last=$time
  done
  n=0
  for one in $PAUSES; do
    [ $n -ne $done ] || pause=$one
    n=$((n + 1))
  done
  if [ -z "$pause" ]; then
    once "$1" "is unhealthy again after $done restarts within $((HOUR / 60)) min and is left alone for now; look at: docker logs $1. $3"
    return 1
  fi
  [ $(($2 - last)) -ge "$pause" ] || [ "$done" -eq 0 ]
}
# heal NAME STATUS: restarts it when that is what helps
heal() {
  seen=$(ask inspect --type container -f "$ILL" "$1" 2>/dev/null) || return 0
  read -r id state health mode started retries limit <<END
$seen
END
  [ "$state $health" = 'running unhealthy' ] || return 0
  # Without its owner it leaves by itself, or the engine brings it back.
  case $mode in container:*) runs "${mode#container:}" || return 0 ;; esac
  found=$(echo "$seen" | verdict)
  case $found in
    'waiting '*) once "$1" "is unhealthy and waits for ${found#waiting }; a restart would not help, left alone"; return 0 ;;
  esac
  own=${found%% *} found=${found#* }
  code=${found%% *} why=${found#* }
  [ "$retries" -gt 0 ] || retries=3
  [ "$retries" -le 5 ] || retries=5 # the engine remembers no more looks
  [ "$own" -ge "$retries" ] || return 0
  case $limit in *[!0-9]*) ;; *) limit=$((limit / 1000000000))s ;; esac # by the command's version a number of nanoseconds
  case $why in
    '') why="its health command ends with $code and says nothing" ;;
    *'ealth check exceeded timeout'*) why="its health command does not come back in $limit" ;;
  esac
  now=$(uptime_now)
  [ -s "$NOTES/$1.ill" ] || echo "$now" >"$NOTES/$1.ill"
  if [ ! -e "$NOTES/$1.well" ] && [ $((now - $(cat "$NOTES/$1.ill"))) -lt "$UNPROVEN" ]; then
    case $2 in
      *hour* | *day* | *week* | *month* | *year*) ;;
      *) once "$1" "is unhealthy and has not been healthy since its start; restarted in $UNPROVEN s if it stays so: $why"; return 0 ;;
    esac
  fi
  restart_due "$1" "$now" "$why" || return 0
  if being_stopped "$id" "$started"; then
    once "$1" "is unhealthy and has been told to stop; left alone"
    return 0
  fi
  echo "$recent $now" >"$NOTES/$1.restarts"
  rm -f "$NOTES/$1.well" "$NOTES/$1.ill"
  restarted=1
  if error=$(timeout 60 docker restart -t "$GRACE" "$id" 2>&1); then
    rm -f "$NOTES/$1.said"
    once "$1" "was unhealthy and has been restarted ($((done + 1)) within $((HOUR / 60)) min): $why"
  else
    say "could not restart $1: $error"
  fi
}
# well NAME: healthy, and whatever was said about it is over
well() {
  [ -e "$NOTES/$1.well" ] || : >"$NOTES/$1.well"
  [ ! -e "$NOTES/$1.said" ] || say "$1 is healthy again"
  rm -f "$NOTES/$1.said" "$NOTES/$1.ill"
}

# look NAME...: false when the engine does not answer
look() {
  all=$(ask ps -a --format '{{.Names}}|{{.State}}|{{.Status}}' 2>&1) || { say "the engine does not answer: $all"; return 1; }
  all=$nl$all$nl restarted=''
  for name; do
    case $all in
      *"$nl$name|"*) ;;
      *) rm -f "$NOTES/$name.well" "$NOTES/$name.ill" && continue ;;
    esac
    state=${all#*"$nl$name|"}
    state=${state%%"$nl"*}
    case $state in
      'running|'*'(healthy)'*) well "$name" ;;
      # One in each look: the next may have been ill of it.
      'running|'*'(unhealthy)'*) [ -n "$restarted" ] || heal "$name" "$state" ;;
      'paused|'*) once "$name" "is paused; left alone" ;;
      'exited|'* | 'created|'*)
        rm -f "$NOTES/$name.well" "$NOTES/$name.ill"
        help "$name"
        ;;
      *) rm -f "$NOTES/$name.well" "$NOTES/$name.ill" ;;
    esac
  done
  uptime_now >"$BEAT"
}
# another_engine: the socket answers, and does not know this very container
another_engine() {
  [ -n "$SELF" ] || return 1
  error=$(ask inspect --type container "$SELF" 2>&1 >/dev/null) && return 1
  case $error in *'o such container'*) ;; *) return 1 ;; esac
}

begun=$(uptime_now) answered=$(uptime_now)
trap 'exit 0' TERM INT
say "looking after $*"
if another_engine; then
  # lib/docker/probe.sh knows the line by its beginning and ends the deploy at once.
  echo "start: giving up: the socket that this starter got is another engine's, which does not have this container; name this engine's own socket on its host in MAILBOX_DOCKER_SOCKET (for an edge in EDGE_DOCKER_SOCKET), or set ENGINE_STARTER=false" >&2
  exit 1
fi
while :; do
  now=$(uptime_now)
  if look "$@"; then
    answered=$now
  elif [ $((now - answered)) -ge "$PATIENCE" ]; then
    # An engine that was started without us has another socket: the restart policy mounts it anew.
    say "leaving, to come back with the engine's socket of now"
    exit 1
  fi
  pause=$SLOW
  [ $((now - begun)) -ge "$SECONDS_FAST" ] || pause=$FAST
  sleep "$pause" &
  wait $!
done
