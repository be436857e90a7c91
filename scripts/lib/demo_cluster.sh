# The demo's four servers: started on free loopback ports, stopped by pid. Sourced by scripts/demo, which sets
# binaries, folder, die and say.
# shellcheck shell=bash disable=SC2154

nodes=(riga-latgale vidzeme-kurzeme zemgale)
declare -A pids=()

# start_server NAME PROGRAM FLAGS...: in a session of its own, so that it outlives this terminal if it is kept.
start_server() {
  local name=$1 program=$2 deadline=$((SECONDS + 30))
  shift 2
  : >"$folder/$name.out"
  # Settings of the caller are not meant for these servers.
  env -u KOPA_CENTRAL -u KOPA_NODE -u KOPA_NODE_ID -u KOPA_DATA_DIR -u KOPA_LISTEN -u KOPA_HTTP \
    -u KOPA_ADVERTISE -u KOPA_KEY_FILE -u KOPA_KEY_STORE -u KOPA_FENCE_FILE \
    setsid "$binaries/$program" --data-dir "$folder/$name" --listen 127.0.0.1:0 --http 127.0.0.1:0 \
    --insecure "$@" >"$folder/$name.out" 2>"$folder/$name.log" </dev/null &
  pids[$name]=$!
  until grep -q '^listening ' "$folder/$name.out"; do
    kill -0 "${pids[$name]}" 2>/dev/null || die "$name ended at its start"
    [[ $SECONDS -lt $deadline ]] || die "$name did not start within 30 s"
    sleep 0.05
  done
}

start_servers() {
  local node
  start_server central kopa-central
  for node in "${nodes[@]}"; do
    start_server "$node" kopa-node --node "$node" --central "$(address_of central)"
  done
  wait_until_active
}

# address_of NAME [grpc|http]: from the line that the server wrote when it was ready.
address_of() {
  sed -n "s/^listening .*${2:-grpc}=\([^ ]*\).*/\1/p" "$folder/$1.out"
}

# Before its first proof a node holds no call and no allotment.
wait_until_active() {
  local deadline=$((SECONDS + 30)) active
  while :; do
    active=$("$binaries/kopa" --central "$(address_of central)" --insecure --actor demo -o csv nodes |
      grep -c ',ACTIVE,yes,' || true)
    [[ $active -lt ${#nodes[@]} ]] || return 0
    [[ $SECONDS -lt $deadline ]] || die 'the nodes did not reach the centre within 30 s'
    sleep 0.1
  done
}

# Nodes first, so that each can hand over the end of its journal. Fails if a server did not end in order.
stop_servers() {
  local name all_well=0
  for name in "${nodes[@]}" central; do
    [[ -n ${pids[$name]-} ]] || continue
    kill -TERM "${pids[$name]}" 2>/dev/null || true
    wait "${pids[$name]}" || {
      say "$name ended with exit code $?"
      all_well=1
    }
    unset "pids[$name]"
  done
  return "$all_well"
}

show_logs() {
  local name
  for name in central "${nodes[@]}"; do
    [[ -s $folder/$name.log ]] || continue
    say "the end of $name's log:"
    tail -n 15 "$folder/$name.log" >&2
  done
}
