#!/bin/sh
# Makes sure of what docs/how-to/first-hour.md asks its reader to have.
set -eu

for program in bash curl jq openssl; do
    command -v "$program" >/dev/null || exec "$(dirname "$0")/debian.sh" "The first hour needs curl, jq and openssl" bash curl jq openssl ca-certificates
done
