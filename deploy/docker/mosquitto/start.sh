#!/bin/sh
# Mosquitto wants its passwords hashed in one file: made at each start, in memory.
set -eu
umask 077
touch /tmp/passwords
mosquitto_passwd -b /tmp/passwords vigie "$(cat /run/secrets/mqtt-password)"
mosquitto_passwd -b /tmp/passwords sensors "$(cat /run/secrets/sensors-password)"
exec mosquitto -c /mosquitto/config/mosquitto.conf
