#!/bin/sh
# remote.sh USER DOMAIN: the remote mail server: makes the login that the smarthost asks for, then Postfix in the foreground.
set -eu
mkdir -p /etc/postfix/sasl
printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n' >/etc/postfix/sasl/smtpd.conf
saslpasswd2 -p -c -u "$2" "$1" </run/secrets/remote_password
chgrp postfix /etc/sasldb2
chmod 640 /etc/sasldb2
: >>/etc/aliases
# Where no package script has run the queue's folders have no owner yet.
postfix set-permissions >/dev/null 2>&1 || true
exec postfix start-fg
