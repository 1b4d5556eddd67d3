# What ./demo and ./check share: packages, and steps that say little unless they fail.
# Sourced by bash with the repository's root as the working directory.

set -euo pipefail

command_name=$(basename "$0")
log_folder=build/logs
assume_yes=no
full=no

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$command_name" "$1" >&2
  exit "${2:-1}"
}
seconds_since() { echo $(($(date +%s) - $1)); }

parse_options() {
  local usage=$1
  shift
  for option in "$@"; do
    case $option in
      --full) full=yes ;;
      --yes | -y) assume_yes=yes ;;
      --help | -h)
        say "$usage"
        exit 0
        ;;
      *) fail "unknown option '$option'
$usage" 64 ;;
    esac
  done
}

# Passes the output of a build on as one line that counts: rewritten in place on a terminal, else
# printed at each quarter.
show_progress() {
  local title=$1 line last_quarter=0
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    local done_count=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    if [ -t 1 ]; then
      printf '\r  %s: %s of %s ' "$title" "$done_count" "$total"
    elif ((done_count * 4 / total > last_quarter)); then
      last_quarter=$((done_count * 4 / total))
      say "  $title: $done_count of $total"
    fi
  done
}

# step <log name> <title> <command>...: runs the command with its output in a log. Shows the log's
# end, and where it lies, if the command fails.
step() {
  local title=$2 log=$log_folder/$1.log status=0 started
  shift 2
  started=$(date +%s)
  mkdir -p "$log_folder"
  [ -t 1 ] && printf '  %s …' "$title"
  "$@" </dev/null 2>&1 | tee "$log" | show_progress "$title" || status=$?
  [ -t 1 ] && printf '\r\033[K'
  if [ "$status" -ne 0 ]; then
    say "  $title: failed. The end of its output:"
    tail -n 40 "$log" | sed 's/^/    /'
    fail "$title failed; all of its output is in $log" "$status"
  fi
  say "  $title: done ($(seconds_since "$started") s)"
}

# The packages of the given uses that dpkg does not have, unless the program named beside one came
# another way.
missing_packages() {
  local use package program
  for use in "$@"; do
    sed -n "s/^$use  *//p" cmake/debian-packages.txt
  done | while read -r package program; do
    [ -z "$program" ] || ! command -v "$program" >/dev/null || continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      say "$package"
  done
}

ask_to_install() {
  if [ "$assume_yes" = yes ] || [ -n "${CI:-}" ] || ! [ -t 0 ]; then return; fi
  local answer
  read -r -p "Install them with apt-get? [Y/n] " answer
  case $answer in
    '' | y | Y | yes) ;;
    *) fail "nothing was installed; the packages above are needed" 77 ;;
  esac
}

# install_packages <use>...: makes sure that the packages of those uses are there.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is no Debian: what cmake misses, install by hand (cmake/debian-packages.txt)."
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "These Debian packages are missing:"
  printf '%s\n' "${missing[*]}" | fold -s -w 76 | sed 's/^/    /'
  ask_to_install
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "installing needs root and there is no sudo; as root run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}" 77
    as_root=(sudo)
    # Without a terminal nobody can type a password: fail instead of waiting for one.
    [ -t 0 ] || as_root=(sudo -n)
    # Here, where it can be seen: below, the output goes to a log.
    "${as_root[@]}" true || fail "sudo does not let you; ask somebody who is root" 77
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  step apt-update "package lists" "${as_root[@]}" apt-get update
  step apt-install "packages" "${as_root[@]}" apt-get install -y --no-install-recommends \
    "${missing[@]}"
}

cores() { nproc 2>/dev/null || echo 2; }

# configure_and_build <preset> [<target>...]
configure_and_build() {
  local preset=$1
  shift
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  step "$preset-configure" "configuring $preset" cmake --preset "$preset"
  step "$preset-build" "building $preset" \
    cmake --build "build/$preset" --parallel "$(cores)" "${targets[@]}"
}
