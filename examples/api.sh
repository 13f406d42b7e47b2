#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# api.sh - a call of vimod's API from a shell, with socat and jq. Prints the reply's parameters.
#   api.sh io.vimo.Domains.List
#   api.sh io.vimo.Domains.Info '{"name": "web1"}' | jq .guest.state
# An error goes to standard error, and the exit status is 1.
socket=${VIMO_SOCKET:-/run/vimo/vimod.sock}
default='{}'
jq -cn --arg method "$1" --argjson parameters "${2:-$default}" '{$method, $parameters}' | tr '\n' '\0' |
	socat -t 3600 - "UNIX-CONNECT:$socket" | tr '\0' '\n' |
	jq 'if .error then "\(.error): \(.parameters.message)\n" | halt_error(1) else .parameters end'
