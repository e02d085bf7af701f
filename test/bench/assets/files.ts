/** What the sides publish: folders of files that are made, aged and changed. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Files {
  folder: string;
  /** Below the folder, with slashes. */
  paths: readonly string[];
}

const endings = ['html', 'css', 'js', 'png', 'json'];
/** None of these files is younger: s3cmd and rclone look closer at what was just written. */
const oneHourAgo = (): Date => new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);

/** In 50 folders, with the endings that a site has. */
export function makeFiles(folder: string, count: number, sizeOf: (index: number) => number): Files {
  rmSync(folder, { recursive: true, force: true });
  const time = oneHourAgo();
  const made = new Set<string>();
  const paths = Array.from({ length: count }, (_, index) => {
    const path = `part-${index % 50}/page-${index}.${endings[index % endings.length]}`;
    const file = join(folder, path);
    if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    made.add(dirname(file));
    writeFileSync(file, text(sizeOf(index)));
    utimesSync(file, time, time);
    return path;
  });
  return { folder, paths };
}

/** Half of it can be packed away. */
const text = (size: number): Buffer =>
  Buffer.from(
    randomBytes(Math.ceil(size / 2))
      .toString('hex')
      .slice(0, size),
  );

/** 7919 is a prime: the sizes run through all of them, large and small side by side. */
export const smallSize = (index: number): number => 1_000 + ((index * 7_919) % 19_001);

/** As a fresh checkout has them: other times, the same bytes. */
export function touch({ folder, paths }: Files): void {
  const now = new Date();
  for (const path of paths) utimesSync(join(folder, path), now, now);
}

/** Other bytes, the same size and time. */
export function alter({ folder, paths }: Files, count: number): void {
  const step = Math.floor(paths.length / count);
  for (const path of paths.filter((_, index) => index % step === 0).slice(0, count)) {
    const file = join(folder, path);
    const { atime, mtime } = statSync(file);
    const bytes = readFileSync(file);
    bytes[0] = bytes[0] === 0x30 ? 0x31 : 0x30;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
  }
}

/** Every second one by another name: as many are new as are gone. */
export function renameHalf({ folder, paths }: Files): Files {
  const renamed = paths.map((path, index) => (index % 2 === 0 ? path.replace('page-', 'sheet-') : path));
  renamed.forEach((path, index) => {
    renameSync(join(folder, paths[index] as string), join(folder, path));
  });
  return { folder, paths: renamed };
}
