# shellcheck shell=sh
# common.sh: what the start scripts of both mail servers share. POSIX sh, for Debian (curl) and Alpine (busybox).
# EVERY     seconds between two looks at certificate and Redis
# PATIENCE  seconds to wait for a backend
# ASK       seconds that Redis and S3 have for an answer
# The rest are places, which only tests move. No secret ever stands on a command line.
set -u
umask 077
export LC_ALL=C
: "${EVERY:=5}" "${PATIENCE:=120}" "${ASK:=5}"
: "${REDIS_HOST:=}" "${REDIS_PORT:=}" "${S3_URL:=}" "${TLS_FILES:=}"
: "${SECRETS:=/run/secrets}" "${NETNS:=/netns/id}" "${GUARD:=/netns/guard}" "${WORK:=/dev/shm/tailwart}"
: "${STEP:=$WORK.step}" # what the start script is at, for the health check; gone once the server runs
pid='' moved='' redis_run=''

say() { echo "start: $*" >&2; }
die() {
  say "$*"
  [ -z "$pid" ] || kill "$pid" 2>/dev/null
  exit 1
}
# give_up WHY: for what no waiting mends. lib/docker/probe.sh knows the line by its beginning and ends the deploy at once.
give_up() { die "giving up: $*"; }
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; exit 143' TERM INT

step() { echo "$*" >"$STEP"; }

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
  step "$what"
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
# postgres_ready: a StartupMessage (PostgreSQL protocol, message formats) of a role that no one has, and no password: it is asked for
# one or is refused. With 57P03 the server says that it is starting, recovering or shutting down.
postgres_ready() {
  said=$(printf '\000\000\000\027\000\003\000\000user\000tailwart\000\000' | talk 2 "$DB_HOST" "$DB_PORT" | tr -d '\000')
  case $said in
    *57P03*) why='it takes no connections yet' && return 1 ;;
    [RENS]*) ;;
    *) return 1 ;;
  esac
}
secret() { head -n 1 "$SECRETS/$1"; }
redis_ready() { # with its password, and not while it is loading; redis_run is new at each of its starts
  [ -n "$REDIS_HOST" ] || return 0
  said=$(printf 'AUTH %s\r\nPING\r\nINFO server\r\nQUIT\r\n' "$(secret stalwart_redis_password)" | talk "$ASK" "$REDIS_HOST" "$REDIS_PORT" | tr -d '\r')
  redis_run=$(echo "$said" | sed -n 's/^run_id://p')
  why=$(echo "$said" | sed -n 's/^-//p' | head -n 1)
  [ "$(echo "$said" | head -n 2 | paste -s -d ' ' -)" = '+OK +PONG' ]
}
s3_ready() { [ -z "$S3_URL" ] || curl -s -o /dev/null -m "$ASK" "$S3_URL"; } # any answer will do

# --- health: what the starter restarts, and what it leaves alone (lib/docker/starter.sh) ---
# awaits WHAT: the fault is another's, so a restart would not help
awaits() { sick "waiting: $*${why:+: $why}"; }
sick() {
  echo "$*"
  exit 1
}
# ill WHY: our own fault, unless the start script is still at work or a backend is away
ill() {
  why=''
  [ ! -s "$STEP" ] || awaits "$(cat "$STEP"), at the start"
  postgres_ready || awaits "PostgreSQL ($DB_HOST:$DB_PORT)"
  redis_ready || awaits "Redis ($REDIS_HOST)"
  s3_ready || awaits "S3 ($S3_URL)"
  sick "$*"
}

# --- the guard -------------------------------------------------------------------
# Before it stands in this very namespace (guard.sh) an edge would be taken for a client, and its PROXY header for SMTP.
guarded() {
  why=''
  [ "$(head -n 1 "$GUARD" 2>/dev/null)" = "$ground" ] || return 1
  edges=$(sed 1d "$GUARD" | paste -s -d , - | sed 's/,/, /g')
  say "edges: ${edges:-none on the tailnet yet}"
}

# --- the ground we stand on -----------------------------------------------------
tls_sum() { for file in $TLS_FILES; do cat "$file" 2>/dev/null; done | sha256sum; }
stand() {
  step "the start script"
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
  away='' beat=0 first_run=$redis_run
  while sleep 1; do
    id=$(cat "$NETNS" 2>/dev/null)
    [ -z "$id" ] || [ "$id" = "$ground" ] || leave "the network namespace was replaced"
    beat=$((beat + 1))
    [ "$beat" -ge "$EVERY" ] || continue
    beat=0
    [ "$(tls_sum)" = "$tls" ] || leave "the certificate's files changed"
    if ! redis_ready; then away=1; elif [ -n "$away" ] || [ "$redis_run" != "$first_run" ]; then leave "Redis was away, and what came in meanwhile would stay in the queue"; fi
  done
}
# supervise PROGRAM...: runs it until it ends, a signal comes, or the ground moves (75: the restart policy brings us back)
supervise() {
  rm -f "$STEP"
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
