#!/bin/sh
# The newest installed pg_ctl. PostgreSQL refuses to run as root; as root it runs in a user namespace of its own,
# where root's files are those of an ordinary user.
set -eu
pg_ctl=${PG_CTL:-$(find /usr/lib/postgresql -path '*/bin/pg_ctl' 2>/dev/null | sort -V | tail -n 1)}
if [ -z "$pg_ctl" ]; then
    echo "PostgreSQL's server is not installed (Debian: apt-get install postgresql)" >&2
    exit 127
fi
if [ "$(id -u)" -eq 0 ]; then
    exec unshare --user --map-user=65534 --map-group=65534 "$pg_ctl" "$@"
fi
exec "$pg_ctl" "$@"
