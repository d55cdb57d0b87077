#!/bin/sh
# Runs in the database container when its volume is empty.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" \
  -f /plumbline/roles.sql
