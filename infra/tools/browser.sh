#!/bin/sh
# Makes sure that there is a Chromium for the journeys: installed where that is ours to do, else the command that does it.
set -eu

for candidate in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome /Applications/Chromium.app/Contents/MacOS/Chromium; do
    if [ -x "$candidate" ]; then exit 0; fi
done

packages="chromium fonts-liberation"
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif [ "${CI:-}" = true ]; then
    sudo="sudo"
else
    echo "The journeys need Chromium: sudo apt-get install --no-install-recommends $packages" >&2
    exit 1
fi
$sudo apt-get update -q
# shellcheck disable=SC2086 # one word per package
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends $packages
