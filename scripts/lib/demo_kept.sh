# A demo that was left running: where it is remembered, how it is used and ended. Sourced by scripts/demo, which
# sets folder, binaries, pids, nodes, die and say.
# shellcheck shell=bash disable=SC2154

kept_folder=${XDG_RUNTIME_DIR:-/tmp}/kopa-demo-$UID
kept_servers=$kept_folder/servers  # a line a server: name, pid, when it started (clock ticks since boot)
kept_data=$kept_folder/data        # the path of the folder with its data
kept_environment=$kept_folder/environment

# started_at PID: when the process began; with the pid it tells one process from all others. The name in
# parentheses may hold anything, so what is counted begins behind the last parenthesis. Fails where there is
# none, or only its remains (Z) that nobody has collected yet.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086  # split at blanks on purpose
  set -- ${stat##*) }
  [[ $1 != Z ]] && printf '%s\n' "${20}"
}

# In /tmp anybody could have made it before: what is not one's own is not believed.
is_kept() { [[ -O $kept_folder && -d $kept_folder && ! -L $kept_folder && -s $kept_servers ]]; }

any_kept_runs() {
  local name pid start
  while read -r name pid start; do
    [[ $(started_at "$pid") != "$start" ]] || return 0
  done <"$kept_servers"
  return 1
}

refuse_second_kept() {
  if is_kept && any_kept_runs; then
    die 'one is kept already; end it with scripts/demo --stop'
  fi
}

print_kept_environment() {
  is_kept && any_kept_runs || die 'none is kept; start one with scripts/demo --keep'
  cat "$kept_environment"
}

# Remembers the running servers and says how to reach them.
keep_servers() {
  rm -rf "$kept_folder"
  mkdir -m 700 "$kept_folder" || die "$kept_folder belongs to somebody else"
  local name
  for name in central "${nodes[@]}"; do
    printf '%s %s %s\n' "$name" "${pids[$name]}" "$(started_at "${pids[$name]}")" >>"$kept_servers"
  done
  printf '%s\n' "$folder" >"$kept_data"
  {
    printf 'export KOPA_CENTRAL=%q\n' "$(address_of central)"
    printf 'export KOPA_INSECURE=1\n'
    printf 'export KOPA_ACTOR=demo\n'
    printf 'export PATH=%q:"$PATH"\n' "$binaries"
  } >"$kept_environment"
  printf '\n%-16s %-22s %s\n' server gRPC 'metrics and health'
  for name in central "${nodes[@]}"; do
    printf '%-16s %-22s http://%s\n' "$name" "$(address_of "$name")" "$(address_of "$name" http)"
  done
  printf '\nuse it:  eval "$(scripts/demo --env)"\nend it:  scripts/demo --stop\n'
}

# Ends each server that is still the one that was started, and removes the data.
stop_kept() {
  is_kept || {
    say 'none is kept'
    return 0
  }
  local name pid start deadline=$((SECONDS + 20)) servers data
  servers=$(sed '1{h;d};$G' "$kept_servers")  # nodes first, the centre last
  while read -r name pid start; do
    [[ $(started_at "$pid") == "$start" ]] || continue
    kill -TERM "$pid"
    while [[ $(started_at "$pid") == "$start" ]]; do
      [[ $SECONDS -lt $deadline ]] || die "$name, pid $pid, does not end"
      sleep 0.1
    done
  done <<<"$servers"
  data=$(<"$kept_data")
  rm -rf "$data" "$kept_folder"
  say 'stopped'
}
