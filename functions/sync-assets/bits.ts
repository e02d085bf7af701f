/** A growing row of bits: what is to be remembered of each of 100,000 keys. */
export class Bits {
  #bytes = new Uint8Array(1024);
  #count = 0;

  set(index: number): void {
    if (this.has(index)) return;
    const at = index >> 3;
    if (at >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(at + 1, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (index & 7));
    this.#count += 1;
  }

  has(index: number): boolean {
    return ((this.#bytes[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  /** How many are set. */
  get count(): number {
    return this.#count;
  }
}
