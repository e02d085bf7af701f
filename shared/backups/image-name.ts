/** The names that images of ours have: readable, and a proof of what they are. */
import { createHash } from 'node:crypto';

/** What an image is a backup of, and for which appointment of whom. */
export interface ImageBackup {
  owner: string;
  /** See `slot.ts`. */
  slot: string;
  /** `i-…` */
  source: string;
}

/** EC2 API reference, CreateImage: Name. It may hold letters, digits and `()[] ./-'@_`. */
const longest = 128;
const hashLength = 10;

/**
 * `<owner>/<backup>/<tier>/<time>/<instance>`, the same for the same backup and attempt, and no two alike: a
 * creation that is repeated makes no second image, since EC2 takes a name once. Where it is too long it is
 * cut short, and a hash of the whole stands at its end.
 * @param attempt counted from 1: what failed keeps its name.
 */
export function imageName({ owner, slot, source }: ImageBackup, attempt = 1): string {
  const whole = `${owner}/${slot.replaceAll(':', '-')}/${source}`;
  const end = attempt > 1 ? ` (${attempt})` : '';
  if (whole.length + end.length <= longest) return `${whole}${end}`;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, hashLength);
  return `${whole.slice(0, longest - hash.length - 1 - end.length)}-${hash}${end}`;
}

/** True if that is the name of this backup's image, at any attempt: others have another name, whatever their tags. */
export function isImageName(name: string, backup: ImageBackup): boolean {
  const attempt = Number(/ \((\d+)\)$/.exec(name)?.[1] ?? 1);
  return imageName(backup, attempt) === name;
}
