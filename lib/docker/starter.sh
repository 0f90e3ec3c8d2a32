#!/bin/sh
# starter.sh JOINER...: starts again, for these containers only, what the engine has given up for good.
# An engine that comes up starts all containers at once, and one whose namespace's owner is not up in that moment stays down:
# "cannot join network of a non running container" (moby/moby#11777). A restart policy does not try a failed start again.
# What somebody stopped has no error of that kind, and what Terraform replaces has no owner that runs.
# DOCKER_HOST the engine's socket; BEAT, SECONDS_FAST, FAST, SLOW, PATIENCE are moved by tests only
set -u
: "${BEAT:=/tmp/beat}" "${SECONDS_FAST:=60}" "${FAST:=2}" "${SLOW:=15}" "${PATIENCE:=60}"

say() { echo "starter: $*" >&2; }
uptime_now() { # no clock that somebody sets
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
ask() { timeout 20 docker "$@"; }

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
  [ "$(ask inspect --type container -f '{{.State.Running}} {{.State.Restarting}}' "${mode#container:}" 2>/dev/null)" = 'true false' ] || return 0
  if why=$(ask start "$id" 2>&1); then
    say "started $1, which the engine had given up: $error"
  else
    say "could not start $1: $why"
  fi
}
# look JOINER...: false when the engine does not answer
look() {
  down=$(ask ps -a -f status=exited -f status=created --format '{{.Names}}' 2>&1) || { say "the engine does not answer: $down"; return 1; }
  for name in $down; do
    case " $* " in *" $name "*) help "$name" ;; esac
  done
  uptime_now >"$BEAT"
}

begun=$(uptime_now) answered=$(uptime_now)
trap 'exit 0' TERM INT
say "looking after $*"
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
