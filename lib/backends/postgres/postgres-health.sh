#!/bin/sh
# postgres-health.sh HOST PORT USER DATABASE: healthy only while PostgreSQL takes connections. One that starts or recovers refuses
# them (1), and a restart would only begin that again; one that hangs or is not there says nothing (2).
pg_isready -q -t 3 -h "$1" -p "$2" -U "$3" -d "$4"
case $? in
  0) exit 0 ;;
  1) echo "waiting: its own recovery or start, it refuses connections" ;;
  *) echo "no answer on $1:$2" ;;
esac
exit 1
