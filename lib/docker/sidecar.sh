#!/bin/sh
# sidecar.sh: hands the tailnet key to containerboot in the way that its kind asks for.
# An OAuth secret (tskey-client-…) mints keys by itself: it needs the tag, and would default to an ephemeral,
# unapproved node. Every other key carries its tags; Headscale even refuses --advertise-tags with one.
# A key that the control server refuses is said in the way that probe.sh knows; containerboot ends by itself then.
# /run/secrets/ts_authkey the key, TAG tag:name, EPHEMERAL true|false, LOGIN_SERVER Headscale's URL or empty
# COMPANION a script that works on the namespace beside tailscaled, or empty; when it ends the sidecar does, and comes back
set -eu
umask 077
key=$(head -n 1 /run/secrets/ts_authkey)
args=${LOGIN_SERVER:+--login-server=$LOGIN_SERVER}
case $key in
  tskey-client-*)
    args="$args --advertise-tags=$TAG"
    case $key in *\?*) ;; *) key="$key?ephemeral=$EPHEMERAL&preauthorized=true" ;; esac
    ;;
esac
printf %s "$key" >/tmp/authkey
export TS_AUTHKEY=file:/tmp/authkey TS_EXTRA_ARGS="$args"

if [ -n "${COMPANION-}" ]; then
  # $$ stays: containerboot takes this shell's place.
  { /bin/sh "$COMPANION"; kill "$$"; } &
fi

tell() {
  while IFS= read -r line; do
    printf '%s\n' "$line"
    # `tailscale up` in Headscale's words, in Tailscale's, and for an OAuth client.
    case $line in
      'backend error: '*[Kk]ey* | 'backend error: '*tags*'not permitted'* | *'oauth2: '*401* | *'oauth2: "invalid_client"'* | *'API token invalid'*)
        echo "start: giving up: the control server refuses the key: ${line#backend error: }"
        ;;
    esac
  done
}
# By a pipe with a name, so that containerboot stays the process that is told to stop.
if mkfifo /tmp/said; then
  tell </tmp/said &
  exec /usr/local/bin/containerboot >/tmp/said 2>&1
fi
exec /usr/local/bin/containerboot
