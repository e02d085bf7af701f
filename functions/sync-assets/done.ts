/** What a run has done so far, by the positions of its changes in their lists: what the manifest will say. */
import { Bits } from './bits.ts';
import { Column } from './sources/column.ts';
import { Texts } from './sources/texts.ts';

/** What is known of an object after we wrote it; as in a manifest's row. */
export interface Written {
  etag: string;
  tag: string;
  crc32: number | undefined;
}

export interface Done {
  written: { upload: WrittenFiles; headers: WrittenFiles };
  /** These have no row any more: they are gone, or another hand's by now. */
  deleted: Bits;
}

export const nothingDone = (): Done => ({
  written: { upload: new WrittenFiles(), headers: new WrittenFiles() },
  deleted: new Bits(),
});

/** Comes in any order, and is kept in columns. */
export class WrittenFiles {
  /** Of each position, one more than its row. */
  #rows = new Uint32Array(1024);
  readonly #tags = new Texts();
  /** `''`: as the tag, as most are. */
  readonly #etags = new Texts();
  readonly #crc32s = new Column();

  set(position: number, { etag, tag, crc32 = Number.NaN }: Written): void {
    this.#tags.push(tag);
    this.#etags.push(etag === tag ? '' : etag);
    this.#crc32s.push(crc32);
    if (position >= this.#rows.length) {
      const larger = new Uint32Array(Math.max(position + 1, this.#rows.length * 2));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[position] = this.#tags.length;
  }

  get(position: number): Written | undefined {
    const row = (this.#rows[position] ?? 0) - 1;
    if (row < 0) return undefined;
    const tag = this.#tags.at(row);
    const etag = this.#etags.at(row);
    const crc32 = this.#crc32s.at(row);
    return { tag, etag: etag === '' ? tag : etag, crc32: Number.isNaN(crc32) ? undefined : crc32 };
  }
}
