/** Which ranges of an archive are read: what lies together, at once. */
import type { Span } from './stored-object.ts';

/** A file that is wanted, and where it lies. */
export interface Wanted extends Span {
  row: number;
}

export interface Range extends Span {
  /** In the order in which they lie. */
  files: Wanted[];
}

/** A GET more costs some 20 ms and $0.0000004; so many bytes arrive in a millisecond. */
const mostGap = 64 * 1024;
/** Of what is wanted: so much is read needlessly, at most. */
const mostWaste = 0.25;
const mostRange = 4 * 1024 * 1024;

/** @param wanted none overlaps another */
export function rangesOf(wanted: readonly Wanted[]): Range[] {
  const files = wanted.toSorted((a, b) => a.start - b.start);
  const bridged = gapsToBridge(files);
  const ranges: Range[] = [];
  for (const file of files) {
    const last = ranges.at(-1);
    const isNear = last !== undefined && (last.end === file.start || bridged.has(file));
    if (isNear && file.end - last.start <= mostRange) {
      last.files.push(file);
      last.end = file.end;
    } else {
      ranges.push({ start: file.start, end: file.end, files: [file] });
    }
  }
  return ranges;
}

/** The files before which the gap is read too: the narrowest first. */
function gapsToBridge(files: readonly Wanted[]): Set<Wanted> {
  const gaps = files
    .map((file, i) => ({ file, bytes: file.start - (files[i - 1]?.end ?? Number.NEGATIVE_INFINITY) }))
    .filter(({ bytes }) => bytes > 0 && bytes <= mostGap)
    .sort((a, b) => a.bytes - b.bytes);
  let left = mostWaste * files.reduce((sum, { start, end }) => sum + end - start, 0);
  const bridged = new Set<Wanted>();
  for (const { file, bytes } of gaps) {
    left -= bytes;
    if (left < 0) break;
    bridged.add(file);
  }
  return bridged;
}
