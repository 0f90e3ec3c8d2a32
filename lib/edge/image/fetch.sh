#!/bin/sh
# fetch.sh CONTEXT OUT: puts a Caddy that was proven to be the wanted one into OUT, or says in one line why not.
# A file CONTEXT/caddy is taken instead of the download. Needs sh, wget, timeout, sha256sum, od, awk.
# CADDY_VERSION, CADDY_L4_VERSION  what it has to be at least; exactly, with = before it
# CADDY_BELOW, CADDY_L4_BELOW      the first versions that are not taken
# CADDY_PATIENCE  seconds that a download may take
# CADDY_RECORD    file for what came @default none
set -u
context=$1 out=$2 caddy=$2/caddy
: "${CADDY_DOWNLOAD:=}" "${CADDY_SHA256:=}" "${CADDY_PATIENCE:=600}" "${CADDY_BELOW:=}" "${CADDY_L4_BELOW:=}" "${CADDY_RECORD:=}"
die() { echo "edge image: $*" >&2; exit 1; }
mkdir -p "$out" || exit 1
file="put the program beside .env as a file and name it in CADDY_DOWNLOAD (npm run versions -- --keep-caddy FILE takes it from a running edge)"

# failed CODE: why a download failed, and what to do; "later" only where later helps
failed() {
  status=$(echo "$problem" | sed -n 's/.*HTTP\/[0-9.]* \([45][0-9][0-9]\).*/\1/p' | tail -n 1)
  case $status in
    400)
      case $CADDY_VERSION in
        =*) die "HTTP 400 for the exact CADDY_VERSION=$CADDY_VERSION: the build service makes only its newest Caddy; write it without the second =, or $file ($from)" ;;
      esac
      die "HTTP 400: the build service cannot make this combination; look at CADDY_PLUGINS and CADDY_L4_VERSION, or $file ($from)"
      ;;
    401 | 403) die "HTTP $status: the server of the download wants an account or shuts this address out, and trying again does not help; $file ($from)" ;;
    404 | 410) die "HTTP $status: nothing is there; look at CADDY_DOWNLOAD ($from)" ;;
    429) die "HTTP 429: too many downloads from this address; wait an hour before the next deploy, or $file ($from)" ;;
    502 | 503 | 504) die "HTTP $status: the server of the download is down or being worked on; deploy again in a few minutes, or $file ($from)" ;;
    4??) die "HTTP $status: the server refuses the download; look at CADDY_DOWNLOAD ($from)" ;;
    5??) die "HTTP $status: the server of the download failed; deploy again in a few minutes, or $file ($from)" ;;
  esac
  if [ $(($(date +%s) - began)) -ge "$CADDY_PATIENCE" ]; then
    die "no whole download within $CADDY_PATIENCE s; the server is slow or overloaded: deploy again in a few minutes, or $file ($from)"
  fi
  if [ -s "$caddy" ]; then die "the download was cut after $(wc -c <"$caddy" | tr -d ' ') bytes; deploy again, or $file ($from)"; fi
  reason=$(echo "$problem" | grep -v '^ ' | grep . | tail -n 1)
  die "the server of the download cannot be reached from the edge's engine${reason:+ ($reason)}; look at its network and DNS, or $file ($from)"
}
# older ONE OTHER: does version ONE come before OTHER? A pre-release counts as its release.
older() {
  awk -v a="${1%%-*}" -v b="${2%%-*}" 'BEGIN { split(a, x, "."); split(b, y, ".")
    for (i = 1; i <= 3; i++) if (x[i] + 0 != y[i] + 0) exit !(x[i] + 0 < y[i] + 0)
    exit 1 }'
}
# fits WHAT VERSION WANTED BELOW VARIABLE
fits() {
  case $3 in
    "=$2") return ;;
    =*) die "it is $1 v$2, $5=$3 asks for exactly ${3#=}; write $5==$2 if you reviewed it, or name a download of that version" ;;
  esac
  ! older "$2" "$3" || die "it is $1 v$2, $5 asks for $3 or newer; name a newer download, or set $5 to what you reviewed"
  [ -z "$4" ] || older "$2" "$4" || die "it is $1 v$2, and $4 and newer are not known to work with this edge; name a download from before $4, or update tailwart"
}

if [ -f "$context/caddy" ]; then
  from="the file given as CADDY_DOWNLOAD"
  cp "$context/caddy" "$caddy" || die "cannot copy $from"
else
  from=$CADDY_DOWNLOAD
  echo "edge image: downloading $from"
  # The build service may take minutes before it sends anything; a wget of its own accord might try for an hour.
  began=$(date +%s)
  problem=$(timeout "$CADDY_PATIENCE" wget -q -S -O "$caddy" "$from" 2>&1) || failed $?
fi

[ "$(od -An -tx1 -N4 "$caddy" | tr -d ' ')" = 7f454c46 ] ||
  die "what came is no Linux program but begins with \"$(head -c 60 "$caddy" | tr -dc ' -~')\"; check CADDY_DOWNLOAD ($from)"
# ELF header, e_machine at byte 18 (ELF specification, table 4): 3e = x86-64, b7 = aarch64
machine=$(od -An -tx1 -j18 -N1 "$caddy" | tr -d ' ')
case $CADDY_ARCH-$machine in
  amd64-3e | arm64-b7) ;;
  *) die "it is for another processor (ELF machine 0x$machine), not $CADDY_ARCH; set CADDY_ARCH or take another download" ;;
esac
sum=$(sha256sum "$caddy" | cut -d' ' -f1)
[ -z "$CADDY_SHA256" ] || [ "$sum" = "$CADDY_SHA256" ] ||
  die "its SHA-256 is $sum, CADDY_SHA256 says $CADDY_SHA256: other bytes than those that you reviewed, a newer version or a new build of the same; review it and set CADDY_SHA256=$sum, or $file"
chmod 755 "$caddy"

version=$("$caddy" version 2>&1) || die "it does not run here: $(echo "$version" | head -n 1)"
version=${version%% *} version=${version#v}
fits Caddy "$version" "$CADDY_VERSION" "$CADDY_BELOW" CADDY_VERSION
l4=$("$caddy" build-info | awk '$2 == "github.com/mholt/caddy-l4" { print $3 }')
[ -n "$l4" ] || die "caddy-l4 is not in it; add p=github.com/mholt/caddy-l4@v${CADDY_L4_VERSION#=} to CADDY_DOWNLOAD"
l4=${l4#v}
fits caddy-l4 "$l4" "$CADDY_L4_VERSION" "$CADDY_L4_BELOW" CADDY_L4_VERSION
modules=$("$caddy" list-modules)
for module in layer4 layer4.handlers.proxy layer4.matchers.tls; do
  echo "$modules" | grep -qx "$module" || die "module $module is not in it; take a download with caddy-l4 v${CADDY_L4_VERSION#=}"
done
if [ -n "$CADDY_RECORD" ]; then
  mkdir -p "${CADDY_RECORD%/*}" || exit 1
  printf '{"caddy":"%s","caddyL4":"%s","sha256":"%s","arch":"%s"}\n' "$version" "$l4" "$sum" "$CADDY_ARCH" >"$CADDY_RECORD" || exit 1
fi
echo "edge image: Caddy $version with caddy-l4 $l4, sha256 $sum"
