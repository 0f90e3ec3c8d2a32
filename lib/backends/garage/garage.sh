#!/bin/sh
# garage.sh: one Garage node that makes its layout, bucket and key by itself at the first start.
# Secrets are read from files and reach Garage by its environment and a private file, never by `docker inspect`.
set -eu
umask 077
cp /run/secrets/garage_rpc_secret /tmp/rpc_secret # Garage refuses a secret file that its group can read
GARAGE_DEFAULT_ACCESS_KEY=$(cat /run/secrets/stalwart_s3_access_key)
GARAGE_DEFAULT_SECRET_KEY=$(cat /run/secrets/stalwart_s3_secret_key)
export GARAGE_DEFAULT_ACCESS_KEY GARAGE_DEFAULT_SECRET_KEY
exec garage -c /etc/garage.toml server --single-node --default-bucket
