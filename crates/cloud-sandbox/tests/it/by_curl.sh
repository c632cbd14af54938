#!/bin/sh
# A test in the language of the shell: what other suites do between their tests, by curl alone.
# usage: by_curl.sh URL, of a sandbox that no one else uses.
set -eu

url=$1
token=by-curl
api=$url/hetzner/v1/placement_groups

# control METHOD PATH [BODY]: prints what the control answers, and ends the test when it refuses.
control() {
    curl --silent --show-error --fail-with-body --request "$1" ${3+--data "$3"} "$url/_sandbox$2"
}

# status METHOD URL [BODY]: prints the status of an answer of the service; 000 where there is none.
status() {
    curl --silent --output /dev/null --write-out '%{http_code}' --request "$1" \
        --header "Authorization: Bearer $token" ${3+--data "$3"} "$2" || true
}

# expect WHAT WANTED GOT
expect() {
    if [ "$2" != "$3" ]; then
        echo "$1: wanted $2, got $3" >&2
        exit 1
    fi
    echo "ok: $1"
}

has() {
    case $2 in
    *"$3"*) echo "ok: $1" ;;
    *) echo "$1: no $3 in $2" >&2; exit 1 ;;
    esac
}

group='{"name": "g", "type": "spread"}'
server='{"name": "web-1", "server_type": "cx23", "image": "debian-13", "location": "fsn1"}'

control POST /reset
control POST /clock '{"freeze": true}' >/dev/null

expect "a group is made" 201 "$(status POST "$api" "$group")"
expect "its name is taken" 409 "$(status POST "$api" "$group")"

control POST /faults '{"next": {"status": 503}, "matching": "POST /v1/placement_groups"}' >/dev/null
expect "reading does not meet the fault" 200 "$(status GET "$api")"
expect "writing does" 503 "$(status POST "$api" "$group")"
control POST /faults '{"next": "reset_after_handling", "times": 2}' >/dev/null
expect "no answer comes" 000 "$(status GET "$api")"
control DELETE /faults
expect "what was not met is forgotten" 200 "$(status GET "$api")"

expect "a server is made" 201 "$(status POST "$url/hetzner/v1/servers" "$server")"
servers() {
    curl --silent --show-error --fail --header "Authorization: Bearer $token" "$url/hetzner/v1/servers"
}
has "it is not ready while the clock stands still" "$(servers)" '"status":"initializing"'
has "the clock is advanced" "$(control POST /clock '{"advance": "10m"}')" '"frozen":true'
has "the server runs" "$(servers)" '"status":"running"'

has "the journal has what arrived" "$(control GET '/journal?matching=POST+/v1/servers&last=1')" '"status":201'
control DELETE /journal
has "the journal is empty" "$(control GET /journal)" '"entries":[]'

control POST /reset '{"service": "hetzner", "token": "by-curl"}'
expect "the name is free again" 201 "$(status POST "$api" "$group")"
has "a slip is refused with its field" "$(control POST /clock '{"advanec": "5m"}' || true)" '"field":"advanec"'
