/**
 * What runs on an instance, by SSM's AWS-RunShellScript: POSIX sh, as root. All that comes from a job goes
 * in as quoted data, which no shell reads as anything else. The state is in /run, which is no file system
 * that anyone freezes and is empty after a restart, when nothing is frozen either.
 *
 * `<state>/<key>.<token>/` is one attempt: `key` is the set that is to be made, `token` the try. In it
 * `to-undo` says that there is something to thaw or to run afterwards: who renames it does that, be it the
 * run, the watchdog, or the freeze itself when it fails. Each file is there for a crash at that very place.
 */

import { neverFrozen } from '../../shared/never-frozen.ts';

/** One attempt to freeze an instance's file systems. */
export interface FreezeOrder {
  /** The same for every attempt at one set: the next one clears up what the last one left. */
  key: string;
  /** Unique to this attempt: letters, digits, hyphens. */
  token: string;
  paths: readonly string[];
  freezeSeconds: number;
  before: readonly string[];
  after: readonly string[];
  commandSeconds: number;
}

/**
 * `text` as one word that sh takes as it stands. SSM replaces `{{…}}` in parameters, so that no two braces
 * may stand side by side.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`).replaceAll(/\{(?=\{)|\}(?=\})/g, "$&''")}'`;
}

const words = (texts: readonly string[]): string => texts.map((text) => ` ${quoted(text)}`).join('');

/** Whatever file system they are on: a job that names one of them is refused before it comes to this. */
const needed = `${neverFrozen.join(' ')} "$state"`;

const head = ({ key, token }: FreezeOrder): string => `
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
state=\${GROUNDSKEEPER_STATE:-/run/groundskeeper}
token=${quoted(token)}
key=${quoted(key)}
dir=$state/$key.$token
`;

/** Runs commands one after another; the first that fails ends it, and so does the time. */
const limited = `
limited() {
  seconds=$1; shift
  timeout -k 5 "$seconds" sh -c 'for command do sh -c -- "$command" || exit; done' sh "$@" </dev/null >&2
}
`;

/** Checks, runs `before`, arms the watchdog, freezes. It says `groundskeeper frozen <token>`, or why not. */
export const freezeScript = (order: FreezeOrder): string => `${head(order)}
say() {
  printf 'groundskeeper %s\\n' "$*" >"$dir/said.new"
  mv "$dir/said.new" "$dir/said"
  cat "$dir/said"
}
refuse() { say "refused: $*"; exit 1; }
# Thaws what is frozen by now, and runs what is to follow.
undo() { sh "$dir/thaw" freeze >&2; refuse "$@"; }
${limited}
mkdir -p -m 700 "$state"
if ! mkdir "$dir"; then
  # SSM was asked twice, since its first answer was lost: the first is at work.
  n=0
  while [ ! -e "$dir/said" ] && [ "$n" -lt ${order.commandSeconds + 60} ]; do sleep 1; n=$((n + 1)); done
  cat "$dir/said"
  exit
fi
find "$state" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf {} +
# An earlier attempt at the same set, whose run died.
for old in "$state/$key".*/thaw; do
  [ ! -f "$old" ] || { mkdir -p "\${old%/thaw}.over"; sh "$old" next >&2; }
done

# The file system is what counts: bind mounts and subvolumes show one in several places.
device() {
  place=$1
  while [ ! -d "$place" ]; do place=\${place%/*}; place=\${place:-/}; done
  findmnt -n -r -o MAJ:MIN -T "$(cd -P "$place" && pwd -P)"
}
set --${words(order.paths)}
devices=' '
for path do
  shift
  [ -d "$path" ] || refuse "$path is no directory"
  path=$(cd -P "$path" && pwd -P)
  [ "$path" != / ] || refuse '/ is never frozen'
  mountpoint -q "$path" || refuse "$path is no mount point"
  device=$(device "$path")
  [ -n "$device" ] || refuse "the device of $path is unknown"
  for place in ${needed}; do
    other=$(device "$place")
    [ -n "$other" ] || refuse "the device of $place is unknown"
    [ "$other" != "$device" ] || refuse "$path holds $place, without which nothing would thaw"
  done
  case $devices in *" $device "*) refuse "$path is on a file system that another path names" ;; esac
  devices="$devices$device "
  set -- "$@" "$path"
done

printf '%s' ${quoted(thawScript(order))} >"$dir/thaw.new"
: >"$dir/to-undo"
mv "$dir/thaw.new" "$dir/thaw"
# By now the run may have given up: it says so first and then looks for what is to be undone.
[ ! -d "$dir.over" ] || undo 'the run did not wait'
trap 'undo "it was interrupted"' HUP INT TERM
${order.before.length > 0 ? `limited ${order.commandSeconds}${words(order.before)} || undo "a command before it failed or took more than ${order.commandSeconds} s"` : ''}

watch_by_timer() {
  command -v systemd-run >/dev/null &&
    systemd-run --unit="groundskeeper-thaw-$token" --on-active=${order.freezeSeconds} \\
      --timer-property=AccuracySec=1s /bin/sh "$dir/thaw" watchdog >&2 &&
    systemctl is-active --quiet "groundskeeper-thaw-$token.timer"
}
watch_by_sleep() {
  setsid sh -c 'echo "$$" >"$1/watchdog"; sleep "$2"; exec sh "$1/thaw" watchdog' sh "$dir" ${order.freezeSeconds} \\
    </dev/null >/dev/null 2>&1 &
  n=0
  while [ ! -s "$dir/watchdog" ] && [ "$n" -lt 5 ]; do sleep 1; n=$((n + 1)); done
  kill -0 "$(cat "$dir/watchdog")"
}
watch_by_timer || watch_by_sleep || undo 'the watchdog could not be armed'

# What is on the disk already keeps no writer waiting.
for path do sync -f "$path" || :; done
i=0
date +%s >"$dir/since"
for path do
  i=$((i + 1))
  printf '%s' "$path" >"$dir/freezing.$i"
  [ -e "$dir/to-undo" ] || undo 'it was thawed meanwhile'
  if ! fsfreeze -f "$path"; then
    # Perhaps another backup froze it: then it is not ours to thaw.
    rm -f "$dir/freezing.$i"
    undo "$path could not be frozen"
  fi
  mv "$dir/freezing.$i" "$dir/frozen.$i"
  # The watchdog, which has come and gone, did not find this one frozen.
  [ -e "$dir/to-undo" ] || { fsfreeze -u "$path"; undo 'it was thawed meanwhile'; }
done
say "frozen $token"
`;

/** Thaws, disarms the watchdog, runs `after`, once, whoever calls it; the last line tells what the first caller found. */
function thawScript({ token, after, commandSeconds }: FreezeOrder): string {
  const follow = `
if mkdir "$dir/after" 2>/dev/null; then
  if limited ${commandSeconds}${words(after)}; then echo done >"$dir/after/said"; else echo failed >"$dir/after/said"; fi
fi
n=0
while [ ! -e "$dir/after/said" ] && [ "$n" -lt ${commandSeconds + 10} ]; do sleep 1; n=$((n + 1)); done
said=$(cat "$dir/after/said" 2>/dev/null)
after=\${said:-failed}`;
  return `# Thaws what Groundskeeper has frozen.
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
dir=\${0%/*}
${limited}
if ! mv "$dir/to-undo" "$dir/undone-by-$1" 2>/dev/null; then
  # Another is at it; should it have died there, this one goes on.
  n=0
  while [ ! -e "$dir/thawed" ] && [ "$n" -lt 10 ]; do sleep 1; n=$((n + 1)); done
fi
if [ ! -e "$dir/thawed" ]; then
  held=held
  for mark in "$dir"/frozen.*; do
    [ -f "$mark" ] || continue
    path=$(cat "$mark"; printf x)
    fsfreeze -u "\${path%x}" || held=lost
  done
  # One whose freeze is under way, and which might be complete when nobody is left.
  n=0
  for mark in "$dir"/freezing.*; do
    while [ -f "$mark" ] && [ "$n" -lt 60 ]; do
      path=$(cat "$mark"; printf x)
      fsfreeze -u "\${path%x}" && break
      sleep 1; n=$((n + 1))
    done
  done
  now=$(date +%s)
  since=$(cat "$dir/since" 2>/dev/null)
  printf '%s %s %s' "$1" "$held" "$((now - \${since:-$now}))" >"$dir/thawed.$1"
  mv "$dir/thawed.$1" "$dir/thawed"
fi
[ "$1" = watchdog ] || systemctl stop "groundskeeper-thaw-${token}.timer" 2>/dev/null || :
after=none${after.length > 0 ? follow : ''}
printf 'groundskeeper thawed %s after %s\\n' "$(cat "$dir/thawed")" "$after"
`;
}

/** Undoes what the freeze of the same order has done, or keeps it from beginning. */
export const undoScript = (order: FreezeOrder): string => `${head(order)}
# First: a freeze that begins later sees this.
mkdir -p -m 700 "$state"
mkdir -p "$dir.over"
if [ -f "$dir/thaw" ]; then exec sh "$dir/thaw" run; fi
echo 'groundskeeper thawed nothing'
`;
