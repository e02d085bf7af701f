import { partBytes } from './content-tag.ts';

/**
 * Pieces of any length as parts of `partBytes`, the last one shorter.
 *
 * @param room for the next part, of `partBytes`: its bytes are copied there. A new one for each would cost more
 *   than all else, since what lies outside V8's heap has it collect garbage every 32 MiB.
 */
export async function* inParts(
  pieces: AsyncIterable<Uint8Array>,
  room: () => Uint8Array,
): AsyncGenerator<Uint8Array> {
  let part: Uint8Array | undefined;
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      part ??= room();
      const some = piece.subarray(at, at + partBytes - filled);
      part.set(some, filled);
      at += some.length;
      filled += some.length;
      if (filled < partBytes) continue;
      yield part;
      part = undefined;
      filled = 0;
    }
  }
  if (part) yield part.subarray(0, filled);
}
