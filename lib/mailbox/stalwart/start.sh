#!/bin/sh
# start.sh: Stalwart, settings first and then mail.
#  1 wait for Redis, S3 and the guard           2 start in recovery mode, which waits for PostgreSQL
#  3 send the plan, check every answer         4 run the server, and watch the ground it stands on
# Needs sh, sed, grep, curl, getent and coreutils, as in the official image. What holds a secret lies in memory only.
# shellcheck source=lib/mailbox/common.sh disable=SC2317
. "${0%/*}/common.sh"
: "${BIN:=/usr/local/bin/stalwart}" "${CONFIG:=/opt/tailwart/config.json}" "${PLAN:=/opt/tailwart/plan}" "${MEMORY:=/var/lib/stalwart/tailwart.state}"
api=http://127.0.0.1:$RECOVERY_PORT

# --- placeholders ---------------------------------------------------------------
teach() { # teach NAME VALUE: {{NAME}} in the plan becomes VALUE
  case $2 in *[\"\\]*) give_up "the value of $1 holds a quote or a backslash; choose another" ;; esac
  rule "{{$1}}" "$2"
}
rule() { # rule TEXT REPLACEMENT; a later one wins
  grep -v -F "s|$1|" "$WORK/rules" >"$WORK/rest"
  { cat "$WORK/rest"; printf 's|%s|%s|g\n' "$1" "$(printf %s "$2" | sed 's/[&|]/\\&/g')"; } >"$WORK/rules"
}
knows() { grep -q -F "s|{{$1}}|" "$WORK/rules"; }
quoted() { sed 's/.*/"&"/' | paste -s -d , -; }
first_rules() {
  : >"$WORK/rules"
  for file in "$SECRETS"/*; do [ ! -f "$file" ] || teach "${file##*/}" "$(head -n 1 "$file")"; done
}

# --- the API --------------------------------------------------------------------
post() { # post FILE: one answer a line
  grep -o '{{[a-z_0-9]*}}' "$1" >"$WORK/names"
  while read -r name; do
    grep -q -F "$name" "$WORK/rules" || give_up "${1##*/}: nothing is known for $name"
  done <"$WORK/names"
  sed -f "$WORK/rules" "$1" >"$WORK/request"
  {
    printf 'user = "boot:%s"\n' "$admin" | curl -sS -m 60 -K - -H 'content-type: application/json' --data-binary @"$WORK/request" "$api/jmap"
    echo
  } | sed -e 's/\],\["x:/],\n["x:/g' -e 's/\],\["error"/],\n["error"/g' >"$WORK/answer"
  grep -q '"methodResponses"' "$WORK/answer" || die "${1##*/}: refused: $(head -c 300 "$WORK/answer")"
}
failures() { # "call id: what" for each; a call id that ends in "?" may find its object there already
  sed '/?"\]/s/"type":"primaryKeyViolation"//g' "$WORK/answer" |
    grep -E '"not(Created|Updated|Destroyed)":\{.*"type"|\["error"' |
    sed -E 's/.*("not[A-Z][a-z]+"|\["error"):?,?(.*),"([^"]*)"\].*/\3: \1 \2/' | cut -c1-400
}
learn() { # from queries called "=name", and from gets called "@name text" the objects that contain the text
  sed -n 's/.*"ids":\["\([^"]*\)".*,"=\([a-z0-9_]*\)"\].*/\2 \1/p' "$WORK/answer" >"$WORK/found"
  while read -r name id; do teach "$name" "$id"; done <"$WORK/found"
  grep '"@[a-z0-9_]* .*"\]' "$WORK/answer" >"$WORK/gets"
  while IFS= read -r line; do
    call=$(printf '%s\n' "$line" | sed -e 's/.*,"@\([a-z0-9_]* .*\)"\].*/\1/' -e 's/\\"/"/g')
    printf '%s\n' "$line" | sed -e 's/,"@[a-z0-9_]* .*//' -e 's/},{/}\n{/g' | grep -F -e "${call#* }" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' >"$WORK/found"
    rule "\"{{${call%% *}_all}}\"" "$(quoted <"$WORK/found")"
    [ ! -s "$WORK/found" ] || teach "${call%% *}" "$(head -n 1 "$WORK/found")"
  done <"$WORK/gets"
}
wanted() { # does the file's name, 10-x[.if.NAME][.unless.NAME].json, want it to be sent?
  rest=${1##*/}
  rest=${rest%.json}.
  while rest=${rest#*.} && [ -n "$rest" ]; do
    kind=${rest%%.*} rest=${rest#*.}
    name=${rest%%.*}
    if knows "$name"; then [ "$kind" = if ] || return 1; else [ "$kind" = unless ] || return 1; fi
  done
}
send() {
  post "$1"
  failures >"$WORK/failures"
  while IFS= read -r failure; do
    case $failure in
      *'!: '*) say "${1##*/}: $failure; going on without it" ;;
      *'"server'[FPU]*) die "${1##*/}: $failure" ;; # serverFail and the like (RFC 8620 section 3.6.2): it may do later
      *) give_up "${1##*/}: $failure" ;;
    esac
  done <"$WORK/failures"
  learn
}

# --- the plan -------------------------------------------------------------------
state() { # "type hash" lines: hashes, because a password may be in it
  "$BIN" --version | head -n 1
  for file in "$PLAN"/*.get; do
    post "$file"
    sed 's/"\(oldState\|state\|sessionState\)":"[^"]*",\{0,1\}//g' "$WORK/answer" >"$WORK/types"
    while IFS= read -r line; do
      printf '%s %s\n' "$(printf '%s\n' "$line" | sed -n 's/.*\["x:\([A-Za-z]*\)\/get".*/\1/p')" "$(printf '%s\n' "$line" | sha256sum | cut -c1-64)"
    done <"$WORK/types"
  done
}
changed_by_hand() { # types that differ from what the last start left, unless another version wrote them
  [ -f "$MEMORY" ] && [ "$(head -n 1 "$MEMORY")" = "$(head -n 1 "$WORK/before")" ] || return 0
  while read -r type hash; do
    old=$(sed -n "s/^$type //p" "$MEMORY")
    [ -z "$old" ] || [ "$old" = "$hash" ] || echo "$type"
  done <"$WORK/before"
}
recover() { # Stalwart with an administrator of our own, nothing but this API, and no mail
  admin=$(head -c 24 /dev/urandom | od -An -vtx1 | tr -d ' \n') tries=0
  STALWART_RECOVERY_MODE=1 STALWART_RECOVERY_MODE_PORT=$RECOVERY_PORT STALWART_RECOVERY_ADMIN=boot:$admin \
    "$BIN" --config "$CONFIG" >"$WORK/log" 2>&1 &
  pid=$!
  until curl -fs -m 2 -o /dev/null "$api/healthz/live"; do
    tries=$((tries + 1))
    # It may wait a minute for a download, and for ever for a database that does not answer.
    if ! kill -0 "$pid" 2>/dev/null || [ "$tries" -gt 900 ]; then
      kill -s KILL "$pid" 2>/dev/null
      pid=''
      # What no waiting fixes need not be the last line.
      why=$(while IFS= read -r line; do ! other_data "$line" || echo "$line"; done <"$WORK/log" | head -n 1 | cut -c1-300)
      why=${why:-$(grep -v '^note: ' "$WORK/log" | tail -n 1 | cut -c1-300)}
      return 1
    fi
    sleep 0.1
  done
}
end_recovery() {
  kill "$pid"
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 200 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  kill -s KILL "$pid" 2>/dev/null
  wait "$pid"
  pid=''
}
apply() {
  state >"$WORK/before"
  changed=$(changed_by_hand | paste -s -d ' ' -)
  [ -z "$changed" ] || say "changed by hand since the last start, put back to the plan: $changed"
  rm -f "$MEMORY" # a plan that stops half-way must not look like somebody's hand
  for file in "$PLAN"/*.json; do
    if wanted "$file"; then send "$file"; fi
  done
  state >"$WORK/after"
  cat "$WORK/after" >"$MEMORY"
}

rm -rf "$WORK"
mkdir -p "$WORK" || exit 1
stand
until_true "$PATIENCE" "Redis ($REDIS_HOST)" redis_ready
until_true "$PATIENCE" "S3 ($S3_URL)" s3_ready
until_true "$PATIENCE" "the guard in the sidecar" guarded
first_rules
until_true "$PATIENCE" "PostgreSQL ($DB_HOST:$DB_PORT)" recover
apply
end_recovery
rm -rf "$WORK"
say "plan applied"
supervise "$BIN" --config "$CONFIG"
