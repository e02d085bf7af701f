import { Column } from './column.ts';

/** A growing list of texts in one buffer of UTF-8: a string of its own takes some 40 bytes more each. */
export class Texts {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  readonly #ends = new Column();

  push(text: string): void {
    const start = this.#startOf(this.length);
    const end = start + Buffer.byteLength(text);
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#bytes.write(text, start);
    this.#ends.push(end);
  }

  at(row: number): string {
    const start = this.#startOf(row);
    const end = this.#ends.at(row);
    return start === end ? '' : this.#bytes.toString('utf8', start, end);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** By the bytes of UTF-8, which is the order of `compareKeys`: below 0 if `a` comes before `b`. */
  compare(a: number, b: number): number {
    return this.#compareTo(this.#bytes, this.#startOf(b), this.#ends.at(b), a);
  }

  /** Below 0 if the row comes before what is wanted. */
  compareWith(row: number, wanted: Buffer): number {
    return this.#compareTo(wanted, 0, wanted.length, row);
  }

  #compareTo(other: Buffer, start: number, end: number, row: number): number {
    return this.#bytes.compare(other, start, end, this.#startOf(row), this.#ends.at(row));
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : this.#ends.at(row - 1);
  }
}
