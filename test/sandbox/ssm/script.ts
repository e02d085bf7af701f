/** Scripts are really run, on the machine that the tests run on: what must be changed in them, and what is not run. */
import type { InstanceFolder } from './instance-folder.ts';

/** At the top of every machine, with what a shell needs: paths in these are left alone. */
const shared = new Set(['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'sbin', 'sys', 'tmp', 'usr']);

/**
 * Absolute paths under /run, and under what the instance's mounts are under, lead into its own folder.
 * They are known by what is before and after them, since no shell is at hand that would tell.
 */
export function ledIntoFolder(script: string, { mounts, root }: InstanceFolder): string {
  const tops = mounts
    .map(({ target }) => target.split('/')[1] ?? '')
    .filter((top) => top !== '' && !shared.has(top));
  const names = [...new Set(tops)].map((top) => top.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  const path = new RegExp(`(?<![\\w.}\\]*?])(?<![\\w}]["'])/(${names.join('|')})(?=$|[^\\w.-])`, 'gm');
  return script.replace(path, (_, top: string) => `${root}/${top}`);
}

/** What was printed, as the instance would have printed it. */
export const asOnInstance = (text: string, { root }: InstanceFolder): string => text.replaceAll(root, '');

/** A script that goes past the shims would do to this machine what is meant for an instance. */
export function goesPastShims(script: string): boolean {
  return (
    /\/s?bin\/(fsfreeze|systemctl|systemd-run|u?mount|reboot|shutdown|poweroff|halt)\b/.test(script) ||
    /\bPATH=(?!["']?\$\{?PATH\b)/.test(script) ||
    /\b(env -i|sudo|nsenter|chroot)\b/.test(script)
  );
}
