#!/bin/sh
# fetch.sh CONTEXT OUT: puts a Caddy that was proven to be the wanted one into OUT, or says in one line why not.
# A file CONTEXT/caddy is taken instead of the download. Needs sh, wget, timeout, sha256sum, od, awk.
# CADDY_PATIENCE seconds that a download may take
set -u
context=$1 out=$2 caddy=$2/caddy
: "${CADDY_DOWNLOAD:=}" "${CADDY_SHA256:=}" "${CADDY_PATIENCE:=600}"
die() { echo "edge image: $*" >&2; exit 1; }
mkdir -p "$out" || exit 1

if [ -f "$context/caddy" ]; then
  from="the file given as CADDY_DOWNLOAD"
  cp "$context/caddy" "$caddy" || die "cannot copy $from"
else
  from=$CADDY_DOWNLOAD
  echo "edge image: downloading $from"
  # The build service may take minutes before it sends anything; a wget of its own accord might try for an hour.
  problem=$(timeout "$CADDY_PATIENCE" wget -q -T "$CADDY_PATIENCE" -O "$caddy" "$from" 2>&1) ||
    die "the download failed: $from${problem:+ ($(echo "$problem" | tail -n 1))}; try again later, or put the file beside .env and name it in CADDY_DOWNLOAD"
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
  die "its SHA-256 is $sum, CADDY_SHA256 says $CADDY_SHA256; somebody changed the file, or the pin is old"
chmod 755 "$caddy"

version=$("$caddy" version 2>&1) || die "it does not run here: $(echo "$version" | head -n 1)"
case $version in
  "v$CADDY_VERSION" | "v$CADDY_VERSION "*) ;;
  *) die "it is Caddy ${version%% *}, CADDY_VERSION says $CADDY_VERSION; set CADDY_VERSION to what you reviewed, or name a download of that version" ;;
esac
l4=$("$caddy" build-info | awk '$2 == "github.com/mholt/caddy-l4" { print $3 }')
[ -n "$l4" ] || die "caddy-l4 is not in it; add p=github.com/mholt/caddy-l4@v$CADDY_L4_VERSION to CADDY_DOWNLOAD"
[ "$l4" = "v$CADDY_L4_VERSION" ] ||
  die "its caddy-l4 is $l4, CADDY_L4_VERSION says $CADDY_L4_VERSION; set CADDY_L4_VERSION to what you reviewed, or name a download of that version"
modules=$("$caddy" list-modules)
for module in layer4 layer4.handlers.proxy layer4.matchers.tls; do
  echo "$modules" | grep -qx "$module" || die "module $module is not in it; take a download with caddy-l4 v$CADDY_L4_VERSION"
done
echo "edge image: Caddy $CADDY_VERSION with caddy-l4 $CADDY_L4_VERSION, sha256 $sum"
