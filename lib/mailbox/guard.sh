#!/bin/sh
# guard.sh: decides in the packet filter who may open the mailbox's lines, and as whom. It runs in the sidecar and looks once a second.
#
# An edge's connections arrive at the mail server from one address that never changes (EDGE_PEER): that is the only one it
# believes a PROXY header from. So an edge may move, come or go without a change of the server's settings. Who is not (yet)
# known here gets no answer at all: its SYN is dropped and sent again a second later. It never comes so far as to be
# answered in SMTP, where a PROXY header from an address that is not trusted is an "invalid command", 500, and mail lost for good.
# That holds without a gap: a peer can send nothing before our own tailscaled knows it, and what we have not read yet is dropped.
#
# EDGES       MagicDNS names of the edges, blanks between them       EDGE_TAG  the tag that they carry
# EDGE_PEER   the address that edges are seen as; TEST-NET-1 (RFC 5737), so never a peer's own
# EDGE_PORTS  ports that edges may open, commas between them         MAIL_PORTS  all others that we look after, may be empty
# The rest are places, which only tests move.
set -u
export LC_ALL=C
: "${EDGES:?}" "${EDGE_TAG:?}" "${EDGE_PEER:?}" "${EDGE_PORTS:?}" "${MAIL_PORTS:=}"
: "${DEVICE:=tailscale0}" "${NETNS:=/netns}" "${BEAT:=1}" "${TAILSCALE:=tailscale}" "${WORK:=/tmp/guard}"
CHAIN=TAILWART

say() { echo "guard: $*" >&2; }
give_up() { echo "start: giving up: the sidecar's guard: $*" >&2; exit 1; }

# peers: "edge NAME IPV4", "direct IP" or "misnamed NAME" lines from `tailscale status --json`, which Go indents by two blanks
# a level (encoding/json, MarshalIndent). A peer with the edges' tag and another name is somebody else's edge: no line.
peers() {
  "$TAILSCALE" status --json 2>/dev/null | awk -v edges=" $EDGES " -v tag="$EDGE_TAG" '
    function unquoted(text) { sub(/^[^"]*"/, "", text); sub(/".*$/, "", text); return text }
    /^  "BackendState": "Running"/ { running = 1 }
    /^  "Peer": \{/ { peers = 1; next }
    /^  \}/ || /^  "/ { peers = 0 }
    !peers { next }
    /^    "/ { name = ""; list = ""; count = 0; tagged = 0; next }
    /^      "DNSName": "/ { name = $0; sub(/^ *"DNSName": "/, "", name); sub(/\.?".*$/, "", name); next }
    /^      "(TailscaleIPs|Tags)": \[/ { list = unquoted($0); next }
    /^      \]/ { list = ""; next }
    list == "TailscaleIPs" && /^        "/ { ip[++count] = unquoted($0); next }
    list == "Tags" && /^        "/ { if (unquoted($0) == tag) tagged = 1; next }
    /^    \}/ {
      ours = index(edges, " " name " ") > 0
      for (i = 1; i <= count; i++) {
        if (!tagged) print "direct", ip[i]
        else if (ours && ip[i] !~ /:/) print "edge", name, ip[i]
      }
      if (ours && !tagged) print "misnamed", name
    }
    END { if (!running) exit 1 }' | sort
}

# rules FAMILY EDGE-ADDRESSES DIRECT-ADDRESSES: the chain of that family, for iptables-restore --noflush. Only new
# connections are looked at: what runs goes on.
rules() {
  echo '*mangle'
  echo ":$CHAIN - [0:0]"
  for ip in $2; do echo "-A $CHAIN -s $ip -p tcp -m multiport --dports $EDGE_PORTS -j RETURN"; done
  for ip in $3; do echo "-A $CHAIN -s $ip -j RETURN"; done
  echo "-A $CHAIN -j DROP"
  echo COMMIT
}
translation() { # translation EDGE-ADDRESSES
  echo '*nat'
  echo ":$CHAIN - [0:0]"
  for ip in $1; do echo "-A $CHAIN -s $ip -p tcp -m multiport --dports $EDGE_PORTS -j SNAT --to-source $EDGE_PEER"; done
  echo COMMIT
}
hook() { # hook COMMAND TABLE CHAIN RULE...: once, whoever else writes there
  command=$1 table=$2 chain=$3
  shift 3
  "$command" -w 5 -t "$table" -C "$chain" "$@" 2>/dev/null || "$command" -w 5 -t "$table" -A "$chain" "$@"
}
filter() { # filter EDGE-ADDRESSES
  rules 4 "$1" "$direct4" | iptables-restore -w 5 --noflush && rules 6 '' "$direct6" | ip6tables-restore -w 5 --noflush
}
translate() { translation "$1" | iptables-restore -w 5 --noflush; }
# stand: everybody is dropped until the first look at the tailnet
stand() {
  direct4='' direct6='' known='nothing yet'
  translate '' && filter '' || return 1
  ports=$EDGE_PORTS${MAIL_PORTS:+,$MAIL_PORTS}
  hook iptables mangle PREROUTING -s "$EDGE_PEER" -j DROP &&
    hook iptables nat INPUT -i "$DEVICE" -p tcp -j "$CHAIN" &&
    hook iptables mangle INPUT -i "$DEVICE" -p tcp --syn -m multiport --dports "$ports" -j "$CHAIN" &&
    hook ip6tables mangle INPUT -i "$DEVICE" -p tcp --syn -m multiport --dports "$ports" -j "$CHAIN"
}
of() { echo "$now" | sed -n "s/^$1 //p" | paste -s -d ' ' -; }
# take: the tailnet as it is now. An edge that goes is dropped before its translation ends, one that comes is translated before
# it may come in: never untranslated.
take() {
  edges=$(echo "$now" | sed -n 's/^edge //p') direct4='' direct6=''
  for ip in $(of direct); do
    case $ip in *:*) direct6="$direct6 $ip" ;; *) direct4="$direct4 $ip" ;; esac
  done
  new=$(echo "$edges" | sed 's/.* //' | paste -s -d ' ' -) both=''
  for ip in $addresses; do case " $new " in *" $ip "*) both="$both $ip" ;; esac; done
  filter "$both" && translate "$new" && filter "$new" || return 1
  addresses=$new
}
told() { # what changed, a line each
  echo "$edges" | while read -r name ip; do
    [ -z "$name" ] || echo "$last" | grep -q -x -F "$name $ip" || say "$name is $ip and may come in"
  done
  echo "$last" | while read -r name ip; do
    [ -z "$name" ] || echo "$edges" | grep -q -x -F "$name $ip" || say "$name is no longer $ip"
  done
}
mark() { # who waits for us reads it: the namespace that is guarded, then the edges
  { cat "$NETNS/id" && echo "$edges"; } >"$NETNS/guard.new" && chmod 644 "$NETNS/guard.new" && mv "$NETNS/guard.new" "$NETNS/guard"
}

mkdir -p "$WORK" || exit 1
addresses='' last='' edges='' warned=''
stand 2>"$WORK/why" || give_up "iptables: $(tail -n 1 "$WORK/why")"
say "nobody comes in before the tailnet is known"
while :; do
  # The way back to EDGE_PEER; with the device it goes and comes.
  [ ! -e "/sys/class/net/$DEVICE" ] || ip route replace "$EDGE_PEER/32" dev "$DEVICE" 2>/dev/null
  if now=$(peers) && [ -e "/sys/class/net/$DEVICE" ]; then
    misnamed=$(of misnamed)
    [ "$misnamed" = "$warned" ] || { warned=$misnamed; [ -z "$misnamed" ] || say "$misnamed: a node has an edge's name and not its tag $EDGE_TAG; it is no edge to us"; }
    if [ "$now" != "$known" ]; then
      take 2>"$WORK/why" || give_up "iptables: $(tail -n 1 "$WORK/why")"
      known=$now
      told
      last=$edges
      mark
    elif [ "$(head -n 1 "$NETNS/guard" 2>/dev/null)" != "$(cat "$NETNS/id")" ]; then mark; fi
  fi
  sleep "$BEAT"
done
