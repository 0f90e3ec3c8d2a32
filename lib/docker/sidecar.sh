#!/bin/sh
# sidecar.sh: hands the tailnet key to containerboot in the way that its kind asks for.
# An OAuth secret (tskey-client-…) mints keys by itself: it needs the tag, and would default to an ephemeral,
# unapproved node. Every other key carries its tags; Headscale even refuses --advertise-tags with one.
# /run/secrets/ts_authkey the key, TAG tag:name, EPHEMERAL true|false, LOGIN_SERVER Headscale's URL or empty
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
exec /usr/local/bin/containerboot
