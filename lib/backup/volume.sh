#!/bin/sh
# volume.sh VERB: backup and restore of a mail server's files, in a container of its own image (busybox) that has its volume.
# messages     texts of messages, each written once, before the database names it
# .held        links to all texts: maddy removes a text the moment that its message is deleted, and the dump may still name it
# .restored    a backup's files, until they take the place of what is there
# .before      what was there, until they have
set -eu
cd "${DATA:-/data}"
exec 3>&1
# Runs a program to which files may vanish; fails when it complains of anything else.
vanishing() { ! "$@" 2>&1 >&3 | grep -v -e 'No such file or directory' -e 'error exit delayed' >&2; }

case $1 in
  hold)
    rm -rf .held
    mkdir -p messages
    vanishing cp -al messages .held
    ;;
  pack)
    # What came since; only a text that came and was deleted while the dump was made is lost.
    for text in messages/*; do if [ ! -e ".held/${text##*/}" ]; then vanishing ln "$text" .held/; fi; done
    set -- .held
    for one in *; do
      case $one in
        buffer | mtasts_cache) ;; # half of what is coming in, and what can be asked again
        *) set -- "$one" "$@" ;;
      esac
    done
    vanishing tar -c -f - -- "$@"
    ;;
  look) # texts, messages in the queue
    find messages -type f 2>/dev/null | wc -l
    find remote_queue -name '*.meta' 2>/dev/null | wc -l
    ;;
  stage)
    rm -rf .restored
    mkdir .restored
    tar -x -f - -C .restored
    ;;
  swap)
    for text in .restored/.held/*; do
      if [ -e "$text" ] && [ ! -e ".restored/messages/${text##*/}" ]; then mv "$text" .restored/messages/; fi
    done
    rm -rf .before
    mkdir .before
    for one in *; do if [ -e "$one" ]; then mv "$one" .before/; fi; done
    mv .restored/* .
    rm -rf .before .restored
    ;;
  tidy) rm -rf .held .restored ;;
  *)
    echo "volume.sh: what is $1?" >&2
    exit 2
    ;;
esac
