#!/bin/sh
# gate.sh is read by edge-run, edge-config and edge-health: what they know about the gate in front of the mail lines.
# EDGE_CONFIG file, EDGE_TMP folder, EDGE_CADDY program; where they are in the image unless a test says otherwise
config=${EDGE_CONFIG:-/etc/caddy/caddy.json} tmp=${EDGE_TMP:-/tmp}
used=$tmp/edge.json state=$tmp/edge.gate answer=$tmp/edge.answer

# The configuration for an open or closed gate. Closed, a mail line listens where nobody in the world is; HTTPS stays.
render() {
  if [ "$1" = open ]; then cat "$config"; else
    sed -E '/^ {8}"web": \{$/,/^ {8}\}/!s#^( *)":([0-9]+)"(,?)$#\1"unix/'"$tmp"'/closed-\2"\3#' "$config"
  fi >"$used.new" && mv "$used.new" "$used"
}
gate() { if grep -q '^open' "$state" 2>/dev/null; then echo open; else echo closed; fi; }

# HOST PORT that the mail line on a port of the world goes to.
mailbox() { sed -nE '/^ {8}"smtp": \{$/,/^ {8}\}/s#^ *"([^":]+):([0-9]+)",?$#\1 \2#p' "$config" | head -n 1; }

# Ports of the configuration that is in use.
ports_used() { sed -nE 's#^ *":([0-9]+)",?$#\1#p' "$used"; }

# Waits up to 5 s for a line of the mail server, or for the end of the connection.
await() {
  tries=0
  until grep -qE "^($1|[45][0-9][0-9]|edge-end)" "$answer"; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || return 1
    sleep 0.1
  done
  grep -qE "^($1)" "$answer"
}

# probe HOST PORT: "good", "bad WHY" for an answer that a sender would take for final, or "none WHY". The PROXY header says
# LOCAL, which is a proxy's own health check (PROXY protocol, section 2.2). QUIT keeps the server from counting a lost client.
probe() {
  : >"$answer"
  {
    printf '\r\n\r\n\000\r\nQUIT\n\040\000\000\000'
    await '220 ' && printf 'EHLO edge.invalid\r\n' && await '250 ' && printf 'QUIT\r\n' && await 221
  } 2>/dev/null | { nc -w 5 "$1" "$2" 2>/dev/null; echo; echo edge-end; } >>"$answer"
  verdict "$1:$2" "$(tr -d '\r' <"$answer")"
}

# verdict PEER ANSWER
verdict() {
  said=$(echo "$2" | grep -vE '^(edge-end)?$' | grep -vE '^2[0-9][0-9]' | head -n 1 | tr -dc ' -~' | head -c 80)
  case $said in
    '' | 4[0-9][0-9]*) ;;
    *) echo "bad $1 answers the edge's probe: $said"; return ;;
  esac
  if echo "$2" | grep -q '^220 ' && echo "$2" | grep -q '^250 '; then echo good
  elif [ -n "$said" ]; then echo "none $1 answers the edge's probe: $said"
  else echo "none $1 does not greet the edge; is the mailbox up, and does it trust this edge?"; fi
}

# Addresses of our own in the tailnet's range, 100.64.0.0/10.
addresses() {
  grep -B 1 'host LOCAL' "${EDGE_FIB:-/proc/net/fib_trie}" 2>/dev/null |
    grep -oE '100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.[0-9]+\.[0-9]+' | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# "PORT QUEUE" in hexadecimal, for each of our ports with connections that nobody has accepted yet. proc_pid_net(5): 0A is a
# listener, and its receive queue is the number of those connections.
queues() {
  wanted=''
  for port in $(ports_used); do wanted="$wanted${wanted:+|}$(printf %04X "$port")"; done
  [ -n "$wanted" ] || return 0
  # shellcheck disable=SC2086 # several files
  cat ${EDGE_TCP:-/proc/net/tcp /proc/net/tcp6} 2>/dev/null |
    sed -nE "s/^ *[0-9]+: [0-9A-F]+:($wanted) [0-9A-F]+:0000 0A [0-9A-F]+:([0-9A-F]+) .*/\1 \2/p" | grep -v ' 0*$'
}
