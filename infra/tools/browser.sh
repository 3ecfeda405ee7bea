#!/bin/sh
# Makes sure that there is a Chromium for the journeys.
set -eu

for candidate in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome /Applications/Chromium.app/Contents/MacOS/Chromium; do
    if [ -x "$candidate" ]; then exit 0; fi
done
exec "$(dirname "$0")/debian.sh" "The journeys need Chromium" chromium fonts-liberation
