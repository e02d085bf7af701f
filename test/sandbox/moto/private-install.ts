/** Installs of our own, under `.cache/moto/` of the project: made once, whole or not at all. */
import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './say.ts';

const home = fileURLToPath(new URL('../../../.cache/moto/', import.meta.url));
const lock = join(home, 'lock');

/** The folder of the install with this name, if it was made before. */
export async function findInstall(name: string): Promise<string | undefined> {
  const folder = join(home, name);
  return (await exists(folder)) ? folder : undefined;
}

/**
 * Lets `fill` make an install in a scratch folder, and moves that to its place when it is complete.
 * Where two processes want it at once, the second waits for the first.
 */
export async function makeInstall(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  await mkdir(home, { recursive: true });
  return withLock(async () => {
    const made = await findInstall(name); // by whom we waited for
    if (made !== undefined) return made;
    await removeLeftovers();
    const scratch = await mkdtemp(join(home, 'unfinished-'));
    try {
      await fill(scratch);
      await rename(scratch, join(home, name));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return join(home, name);
  });
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/** What a killed process left; the lock is held, so that no other is at work. */
async function removeLeftovers(): Promise<void> {
  for (const entry of await readdir(home)) {
    if (entry.startsWith('unfinished-')) await rm(join(home, entry), { recursive: true, force: true });
  }
}

async function withLock<T>(work: () => Promise<T>): Promise<T> {
  const claim = join(home, `claim-${process.pid}-${Date.now()}`);
  await writeFile(claim, String(process.pid));
  try {
    await takeLock(claim);
  } finally {
    await unlink(claim);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A hard link is made with its content at once or not at all, so that the holder is always known. */
async function takeLock(claim: string): Promise<void> {
  let hasSaidSo = false;
  for (;;) {
    try {
      return await link(claim, lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await holderIsGone()) {
      await rm(lock, { force: true });
      continue;
    }
    if (!hasSaidSo) say('another process is getting moto; waiting for it');
    hasSaidSo = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function holderIsGone(): Promise<boolean> {
  const holder = await readFile(lock, 'utf8').catch(() => undefined);
  if (holder === undefined) return false; // just released
  try {
    process.kill(Number(holder), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
