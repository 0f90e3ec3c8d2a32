# shellcheck shell=sh
# common.sh: what the start scripts of both mail servers share. POSIX sh, for Debian (curl) and Alpine (busybox).
# EDGES     MagicDNS names of the edges, blanks between them
# EVERY     seconds between two looks at names, certificate and Redis
# PATIENCE  seconds to wait for a backend
# EDGE_PATIENCE  seconds to wait for an edge's name
# The rest are places, which only tests move. No secret ever stands on a command line.
set -u
umask 077
export LC_ALL=C
: "${EDGES:?}" "${EVERY:=5}" "${PATIENCE:=120}" "${EDGE_PATIENCE:=20}"
: "${REDIS_HOST:=}" "${REDIS_PORT:=}" "${S3_URL:=}" "${TLS_FILES:=}"
: "${SECRETS:=/run/secrets}" "${NETNS:=/netns/id}" "${WORK:=/dev/shm/tailwart}"
pid='' moved='' redis_run=''
NOBODY=192.0.2.1 # TEST-NET-1 (RFC 5737): never a peer

say() { echo "start: $*" >&2; }
die() {
  say "$*"
  [ -z "$pid" ] || kill "$pid" 2>/dev/null
  exit 1
}
# give_up WHY: for what no waiting mends. lib/docker/probe.sh knows the line by its beginning and ends the deploy at once.
give_up() { die "giving up: $*"; }
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; exit 143' TERM INT

# other_data WHY: does the server say that its database is another version's? Sentences of Stalwart 0.16 (crates/migration) and
# 1.x, and of PostgreSQL and Garage.
other_data() {
  case $1 in
    *'created by a version prior to'* | *'must first upgrade to version'* | *'is a multi-step process, please read'* | *'nknown database schema version'*) ;;
    *'database files are incompatible with server'* | *'was initialized by PostgreSQL version'* | *'nsupported metadata version'*) ;;
    *) return 1 ;;
  esac
}
# hopeless WHY: is it what a backend says until somebody changes a password, a name or a rule? A role that is not there counts
# as a wrong password.
hopeless() {
  case $1 in
    *'password authentication failed'* | *'no pg_hba.conf entry'* | *'database "'*'" does not exist'* | *'permission denied for '* | *'not permitted to log in'*) ;;
    WRONGPASS* | 'ERR invalid password'* | *'without any password configured'* | *'no password is set'*) ;;
    *) return 1 ;;
  esac
}
# until_true SECONDS WHAT COMMAND...: a line every ten seconds while it waits, and one when it ends; COMMAND may set why
until_true() {
  begun=$(date +%s) patience=$1 what=$2 told=0 why=''
  shift 2
  until "$@"; do
    # Not what we wait for is at fault, so it is not named.
    ! other_data "$why" || give_up "$why"
    ! hopeless "$why" || give_up "$what: $why"
    waited=$(($(date +%s) - begun))
    [ "$waited" -lt "$patience" ] || die "$what: still not there after $waited s, giving up${why:+: $why}"
    [ "$waited" -lt "$told" ] || { say "waiting for $what${why:+: $why}"; told=$((told + 10)); }
    sleep 1
  done
}

# talk SECONDS HOST PORT: sends what it reads, prints what comes back
talk() {
  if command -v curl >/dev/null; then curl -s -m "$1" "telnet://$2:$3"; else timeout "$1" nc "$2" "$3"; fi 2>/dev/null
}
secret() { head -n 1 "$SECRETS/$1"; }
redis_ready() { # with its password, and not while it is loading; redis_run is new at each of its starts
  [ -n "$REDIS_HOST" ] || return 0
  said=$(printf 'AUTH %s\r\nPING\r\nINFO server\r\nQUIT\r\n' "$(secret stalwart_redis_password)" | talk 5 "$REDIS_HOST" "$REDIS_PORT" | tr -d '\r')
  redis_run=$(echo "$said" | sed -n 's/^run_id://p')
  why=$(echo "$said" | sed -n 's/^-//p' | head -n 1)
  [ "$(echo "$said" | head -n 2 | paste -s -d ' ' -)" = '+OK +PONG' ]
}
s3_ready() { [ -z "$S3_URL" ] || curl -s -o /dev/null -m 5 "$S3_URL"; } # any answer will do

# --- edges ---------------------------------------------------------------------
addresses_of() { # IPv4 only: MagicDNS knows no other, and an edge dials what MagicDNS says
  { getent ahostsv4 "$1" || getent ahosts "$1" || getent hosts "$1"; } 2>/dev/null |
    sed -n 's/^\([0-9][0-9.]*\)[[:blank:]].*/\1/p' | sort -u | grep .
}
look() { # look OLD: "edge address" lines; an edge without an answer keeps its old ones, for no answer is no news
  for edge in $EDGES; do
    if found=$(addresses_of "$edge"); then
      for address in $found; do echo "$edge $address"; done
    else
      echo "$1" | while read -r name address; do [ "$name" != "$edge" ] || echo "$edge $address"; done
    fi
  done
}
all_found() {
  edges=$(look "$edges")
  for edge in $EDGES; do echo "$edges" | grep -q "^$edge " || return 1; done
}
find_edges() { # an edge that is gone must not shut out those who come without it
  edges='' begun=$(date +%s) told=''
  until all_found; do
    [ -n "$told" ] || say "waiting for the edges' names: $EDGES"
    told=1
    [ $(($(date +%s) - begun)) -lt "$EDGE_PATIENCE" ] || break
    sleep 1
  done
  for edge in $EDGES; do
    echo "$edges" | grep -q "^$edge " && continue
    say "$edge has no address; going on without it, and starting again when it has one"
    edges="$edges
$edge $NOBODY"
  done
  edges=$(echo "$edges" | sed '/^$/d')
  say "edges: $(in_a_line "$edges")"
}
edge_set() { echo "$edges" | sed 's/.* //' | sort -u; }
in_a_line() { echo "$1" | paste -s -d , - | sed 's/,/, /g'; }

# --- the ground we stand on -----------------------------------------------------
tls_sum() { for file in $TLS_FILES; do cat "$file" 2>/dev/null; done | sha256sum; }
stand() {
  until_true 30 "the namespace's id" test -s "$NETNS"
  ground=$(cat "$NETNS") tls=$(tls_sum)
}
leave() {
  say "$*; starting again"
  kill -s USR1 $$
  sleep 25
  kill -s KILL "$pid" 2>/dev/null
  exit
}
watch() {
  strange=0 away='' beat=0 first_run=$redis_run
  while sleep 1; do
    id=$(cat "$NETNS" 2>/dev/null)
    [ -z "$id" ] || [ "$id" = "$ground" ] || leave "the network namespace was replaced"
    beat=$((beat + 1))
    [ "$beat" -ge "$EVERY" ] || continue
    beat=0
    [ "$(tls_sum)" = "$tls" ] || leave "the certificate's files changed"
    if ! redis_ready; then away=1; elif [ -n "$away" ] || [ "$redis_run" != "$first_run" ]; then leave "Redis was away, and what came in meanwhile would stay in the queue"; fi
    now=$(look "$edges")
    if [ "$now" = "$edges" ]; then strange=0; else strange=$((strange + 1)); fi
    [ "$strange" -lt 2 ] || leave "the edges moved: $(in_a_line "$edges") -> $(in_a_line "$now")"
  done
}
# supervise PROGRAM...: runs it until it ends, a signal comes, or the ground moves (75: the restart policy brings us back)
supervise() {
  "$@" &
  pid=$!
  trap 'kill "$pid" 2>/dev/null' TERM INT
  trap 'moved=1; kill "$pid" 2>/dev/null' USR1
  watch &
  watcher=$!
  while wait "$pid"; code=$?; kill -0 "$pid" 2>/dev/null; do :; done
  kill "$watcher" 2>/dev/null
  [ -z "$moved" ] || code=75
  say "the server ended, exit code $code"
  exit "$code"
}
