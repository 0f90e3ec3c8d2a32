#!/bin/sh
# starter-health.sh SECONDS: healthy while the loop lives and the engine answers it; each look that got an answer leaves its time.
read -r up _ </proc/uptime
beat=$(cat "${BEAT:-/tmp/beat}" 2>/dev/null) || { echo "the engine has not answered yet"; exit 1; }
[ $((${up%%.*} - beat)) -le "$1" ] || { echo "no answer of the engine for $((${up%%.*} - beat)) s"; exit 1; }
