#!/bin/sh
# A cache behind tearproof's adapter protocol: put the calls of yours into the functions below.
# tearproof adapter-test sh adapter.sh    checks it; docs/adapters.md says the rest.
exec 3>&1 1>&2 # What the cache prints goes to standard error: answers go to descriptor 3.
export LC_ALL=C

# The text or number of field $1, as JSON writes it: so it can be handed back as it is.
field() {
  printf '%s\n' "$line" |
    sed -nE 's/.*[{,]"'"$1"'":("(([^"\\]|\\.)*)"|(-?[0-9.]+)).*/\2\4/p'
}
answer() { printf '{"id":%s,%s}\n' "$id" "$1" >&3; }
result() { answer "\"ok\":true,\"result\":\"$1\""; }
path() { printf '%s/%s' "$root" "$(field key | sha256sum | cut -c1-64)"; } # Keys are any text.

# Comes first, and again with another "dir": open the cache there and forget all else.
do_init() {
  root=$(field dir)
  if ! mkdir -p "$root"; then
    answer '"ok":false,"error":"cannot create the directory"'
    return
  fi
  answer '"ok":true,"name":"mine","version":"1","operations":["get","has","set","delete"]'
}
do_get() {
  file=$(path)
  # Of an entry that is there, whatever comes is handed out, torn or not.
  if { value=$(cat "$file"); } 2>/dev/null; then
    answer "\"ok\":true,\"result\":\"hit\",\"value\":\"$value\""
  else
    result miss
  fi
}
do_has() {
  if [ -e "$(path)" ]; then result hit; else result miss; fi
}
do_set() { # A cache with times to live takes "$(field ttl)": seconds.
  if temporary=$(mktemp "$root/tmp.XXXXXX") && field value >"$temporary" &&
    mv "$temporary" "$(path)"; then
    result done
  else
    answer '"ok":false,"error":"the entry could not be written"'
  fi
}
do_delete() { # "refused" is by contract, and no error: there was nothing to delete.
  if rm "$(path)"; then result done; else result refused; fi
}

while IFS= read -r line; do
  id=$(field id)
  op=$(field op)
  case $op in
    init | get | has | set | delete) "do_$op" ;;
    *) answer '"unsupported":true' ;;
  esac
done
