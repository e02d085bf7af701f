import { fileURLToPath } from 'node:url';

/** Ours, with `sitecustomize.py`, before `folders`. */
export function pythonPath(...folders: (string | undefined)[]): string {
  const own = fileURLToPath(new URL('python', import.meta.url));
  return [own, ...folders.filter(Boolean)].join(':');
}
