/** Which ranges of an archive are read: what lies together, at once. */
import { Bits } from '../bits.ts';
import { type Several, several } from './several.ts';
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
export function* rangesOf(wanted: Several<Wanted>): Generator<Range> {
  const files = inOrder(wanted);
  const bridged = gapsToBridge(files);
  let range: Range | undefined;
  for (let index = 0; index < files.length; index += 1) {
    const file = files.at(index) as Wanted;
    if (range && (range.end === file.start || bridged.has(index)) && file.end - range.start <= mostRange) {
      range.files.push(file);
      range.end = file.end;
      continue;
    }
    if (range) yield range;
    range = { start: file.start, end: file.end, files: [file] };
  }
  if (range) yield range;
}

function inOrder(wanted: Several<Wanted>): Several<Wanted> {
  const starts = Float64Array.from(wanted, ({ start }) => start);
  const order = Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  return several(order.length, (index) => wanted.at(order[index] ?? 0) as Wanted);
}

/** Of the files before which the gap is read too, the indexes: the narrowest first. */
function gapsToBridge(files: Several<Wanted>): Bits {
  const gaps = new Float64Array(files.length);
  let bytes = 0;
  let index = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { start, end } of files) {
    gaps[index] = start - last;
    bytes += end - start;
    last = end;
    index += 1;
  }
  const narrowest = Uint32Array.from(gaps.keys())
    .filter((i) => isNarrow(gaps[i] ?? 0))
    .sort((a, b) => (gaps[a] ?? 0) - (gaps[b] ?? 0));
  let left = mostWaste * bytes;
  const bridged = new Bits();
  for (const i of narrowest) {
    left -= gaps[i] ?? 0;
    if (left < 0) break;
    bridged.set(i);
  }
  return bridged;
}

const isNarrow = (gap: number): boolean => gap > 0 && gap <= mostGap;
