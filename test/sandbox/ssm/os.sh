# What the shims have in common. Of an instance there is a folder, SANDBOX_OS:
#   root/       its file system, as far as scripts touch it (SANDBOX_ROOT)
#   mounts      target, source, MAJ:MIN, type, whether it can be frozen; tabs between
#   frozen/     the file systems that are frozen, by MAJ:MIN
#   timers/     units of systemd-run that wait: when, and what
#   asleep/     processes that wait for the account's time, by command and process id
#   log         what was done
# SANDBOX_CLOCK is a file with the account's time in milliseconds; without it time is the real one.

# Sets `now`, in milliseconds. SANDBOX_NOW: for what is done late, when it was due.
read_clock() {
  now=
  if [ -f "$SANDBOX_CLOCK" ]; then read -r now <"$SANDBOX_CLOCK" || :; fi
  now=${now:-$(real date +%s)000}
}

read_time() {
  now=${SANDBOX_NOW:-}
  [ -n "$now" ] || read_clock
}

# Runs what a shim stands before.
real() {
  name=$1
  shift
  "$(PATH=$SANDBOX_REAL_PATH command -v "$name")" "$@"
}

log() {
  read_time
  printf '%s %s\n' "$now" "$*" >>"$SANDBOX_OS/log"
}

# 5, 0.2, 30s, 2min: sets `millis`.
read_span() {
  number=${1%%[a-z]*}
  fraction=
  case $number in *.*) fraction=${number#*.} ;; esac
  fraction=1$(printf '%.3s' "${fraction}000")
  case ${1#"$number"} in
    '' | s | sec) factor=1 ;;
    m | min) factor=60 ;;
    h | hr) factor=3600 ;;
    d) factor=86400 ;;
    *) return 1 ;;
  esac
  millis=$(((${number%%.*} * 1000 + fraction - 1000) * factor))
}

# Sets `place`: where that is on the instance.
read_place() {
  if [ -d "$1" ]; then place=$(cd -P -- "$1" && pwd -P)
  elif [ -e "$1" ]; then place=$(cd -P -- "$(dirname -- "$1")" && pwd -P)/$(basename -- "$1")
  else return 1; fi
  case $place in
    "$SANDBOX_ROOT") place=/ ;;
    "$SANDBOX_ROOT"/*) place=${place#"$SANDBOX_ROOT"} ;;
  esac
}

tab=$(printf '\t')

# The mount that a place is on: sets `target`, `source`, `device`, `type`, `freezes`.
read_mount() {
  target=
  while IFS=$tab read -r one_target one_source one_device one_type one_freezes; do
    case $1/ in "${one_target%/}"/*) ;; *) continue ;; esac
    # Of two at the same place the later one counts.
    [ ${#one_target} -ge ${#target} ] || continue
    target=$one_target source=$one_source device=$one_device type=$one_type freezes=$one_freezes
  done <"$SANDBOX_OS/mounts"
}
