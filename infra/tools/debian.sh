#!/bin/sh
# Installs Debian packages where that is ours to do; else says the command that does it, and ends. `debian.sh <what needs them> <package>…`
set -eu

needed_for=$1
shift
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif [ "${CI:-}" = true ]; then
    sudo="sudo"
else
    echo "$needed_for: sudo apt-get install --no-install-recommends $*" >&2
    exit 1
fi
$sudo apt-get update -q
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends "$@"
