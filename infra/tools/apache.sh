#!/bin/sh
# Makes sure that there is an Apache with `mod_auth_openidc` for the journeys. It is started by them alone, as a process of their own.
set -eu

if [ -x /usr/sbin/apache2 ] && [ -f /usr/lib/apache2/modules/mod_auth_openidc.so ]; then exit 0; fi
exec "$(dirname "$0")/debian.sh" "The journeys need Apache with mod_auth_openidc" apache2-bin libapache2-mod-auth-openidc
