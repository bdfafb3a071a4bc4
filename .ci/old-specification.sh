#!/usr/bin/env bash
# The curl examples of the specification of 2014, as they stand there, against our server.
#
# usage: old-specification.sh BINARY
#
# Everything between the quotes is the specification's; only its example port and token are filled in.
set -euo pipefail
binary=$1
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

"$binary" serve --server-name localhost --listen 127.0.0.1:0 --database "$folder/db" --registration open \
  --auto-accept always --password-cost 10 > "$folder/out" 2> "$folder/err" &
server=$!
for _ in $(seq 100); do grep -q Listening "$folder/out" && break; sleep 0.1; done
base=$(sed -nE 's/^Listening on (http:[^ ]*) .*/\1/p' "$folder/out")
[ -n "$base" ] || { echo "the server did not start:"; cat "$folder/err"; exit 1; }

# expect WHAT JQ-LIKE-PYTHON-EXPRESSION: the answer on standard input, as `a`, has to satisfy it.
expect() {
  echo "$1" >> "$folder/held"
  python3 -c '
import json, sys
text = sys.stdin.read()
try:
    a = json.loads(text)
    ok = bool(eval(sys.argv[2]))
except Exception as error:
    ok, text = False, f"{text} ({error})"
if not ok:
    sys.exit(f"{sys.argv[1]}: {sys.argv[2]} does not hold for: {text}")' "$1" "$2"
}
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
api=$base/_matrix/client/api/v1
quiet=(curl -sS --max-time 20)

# Accounts
"${quiet[@]}" -XGET "$api/register" | expect register-flows '"m.login.password" in [f.get("type") for f in a["flows"]]'
"${quiet[@]}" -XPOST -d '{"user":"example", "password":"wordpass", "type":"m.login.password"}' "$api/register" \
  | expect register 'a["user_id"] == "@example:localhost" and a["access_token"] and a["home_server"] == "localhost"'
"${quiet[@]}" -XPOST -d '{"user":"friend", "password":"wordpass", "type":"m.login.password"}' "$api/register" \
  | expect register-another 'a["user_id"] == "@friend:localhost"'
"${quiet[@]}" -XGET "$api/login" | expect login-flows '"m.login.password" in [f["type"] for f in a["flows"]]'
answer=$("${quiet[@]}" -XPOST -d '{"type":"m.login.password", "user":"example", "password":"wordpass"}' "$api/login")
expect login 'a["user_id"] == "@example:localhost" and a["home_server"] == "localhost"' <<<"$answer"
token=$(field access_token <<<"$answer")
friend=$("${quiet[@]}" -XPOST -d '{"type":"m.login.password", "user":"@friend:localhost", "password":"wordpass"}' \
  "$api/login" | field access_token)

# Presence
status() { echo "$api/presence/$1/status?access_token=$2"; }
"${quiet[@]}" -XPUT -d '{"presence":"unavailable", "status_msg":"making cupcakes"}' "$(status @example:localhost "$token")" \
  | expect status-put 'a == {}'
"${quiet[@]}" -XGET "$(status @example:localhost "$token")" \
  | expect status-get 'a["status_msg"] == "making cupcakes" and "presence" in a'
"${quiet[@]}" -XPUT -d '{"presence":"free_for_chat"}' "$(status @example:localhost "$token")" \
  | expect status-free-for-chat 'a == {}'

# Presence lists
list="$api/presence/list/@example:localhost?access_token=$token"
"${quiet[@]}" -XGET "$list" | expect list-empty 'a == []'
"${quiet[@]}" -XPOST -d '{"invite":["@friend:localhost"], "drop":[]}' "$list" | expect list-post 'a == {}'
"${quiet[@]}" -XGET "$list" \
  | expect list-get 'len(a) == 1 and a[0]["user_id"] == "@friend:localhost" and a[0]["accepted"] and "presence" in a[0]'

# Events
answer=$("${quiet[@]}" -XGET "$api/initialSync?access_token=$token&limit=1")
expect initial-sync 'a["rooms"] == [] and "@friend:localhost" in [e["content"]["user_id"] for e in a["presence"]]' \
  <<<"$answer"
start=$(field end <<<"$answer")
"${quiet[@]}" -XGET "$api/events?access_token=$token&from=$start&timeout=10000" > "$folder/events" &
poll=$!
sleep 0.3
"${quiet[@]}" -XPUT -d '{"presence":"online", "status_msg":"eating cupcakes"}' "$(status @friend:localhost "$friend")" \
  | expect friend-status 'a == {}'
"${quiet[@]}" -XGET "$api/events?access_token=$friend&timeout=0" | expect friend-events '"chunk" in a and "end" in a'
wait "$poll"
expect events 'a["start"] and a["end"] and any(e["type"] == "m.presence" and e["content"]["user_id"] == "@friend:localhost" for e in a["chunk"])' \
  < "$folder/events"
"${quiet[@]}" -XGET "$api/presence/@example:localhost/status" | expect no-token 'a["errcode"] == "M_MISSING_TOKEN"'

kill -TERM "$server"
wait "$server" || { echo "the server ended with $?"; exit 1; }
server=
echo "old specification: $(wc -l < "$folder/held") answers as they should be"
