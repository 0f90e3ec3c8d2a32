#!/bin/sh
# enter.sh ROOT PROGRAM PLACE CAPABILITIES UID GID COMMAND...: a container of sorts. COMMAND sees this machine's files with those
# of ROOT/files laid over them, PROGRAM at PLACE, memory of its own, and has no more rights than in the real container.
set -eu
root=$1 program=$2 place=$3 capabilities=$4 uid=$5 gid=$6
shift 6
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/files,workdir=$root/work" "$root/merged"
for folder in proc dev; do mount --rbind "/$folder" "$root/merged/$folder"; done
mount -t tmpfs tmpfs "$root/merged/dev/shm"
touch "$root/merged$place"
mount --bind "$program" "$root/merged$place"
cd "$root/merged"
exec chroot . setpriv --reuid="$uid" --regid="$gid" --groups=0 --inh-caps=-all --bounding-set="$capabilities" --no-new-privs "$@"
