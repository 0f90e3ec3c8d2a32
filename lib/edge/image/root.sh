#!/bin/sh
# root.sh CONTEXT OUT: what the edge's image holds beside Caddy: busybox, what it is linked against, and our scripts.
set -u
context=$1 out=$2
die() { echo "edge image: $*" >&2; exit 1; }
# By path: a shell that is itself busybox may know the name and say no path.
for busybox in /bin/busybox /usr/bin/busybox /bin/busybox.static; do [ ! -f "$busybox" ] || break; done
[ -f "$busybox" ] || die "BASE_IMAGE has no busybox; take an image that has it, such as alpine"
mkdir -p "$out/bin" "$out/etc/caddy" "$out/usr/local/bin" "$out/tmp" && chmod 1777 "$out/tmp" || exit 1
cp "$busybox" "$out/bin/busybox" || exit 1
# A static one has nothing here, and ldd says so with an error.
for library in $(ldd "$busybox" 2>/dev/null | grep -o '/[^ ]*' | sort -u); do
  mkdir -p "$out$(dirname "$library")" && cp -L "$library" "$out$library" || exit 1
done
for applet in cat cp grep head kill ls mv nc printf rm sed sh sleep sort tr; do ln -s busybox "$out/bin/$applet" || exit 1; done
chmod 755 "$out/bin/busybox"
printf 'root:x:0:0::/:/bin/sh\nedge:x:65532:65532::/tmp:/bin/sh\n' >"$out/etc/passwd"
cp "$context/health.sh" "$out/usr/local/bin/edge-health" && cp "$context/config.sh" "$out/usr/local/bin/edge-config" && cp "$context/run.sh" "$out/usr/local/bin/edge-run" &&
  cp "$context/gate.sh" "$out/usr/local/bin/edge-gate" || exit 1
said=$(chroot "$out" /bin/sh -c 'printf ready | cat' 2>&1)
[ "$said" = ready ] || die "busybox of BASE_IMAGE does not run by itself: $said; take another image, such as alpine"
