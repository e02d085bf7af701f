/** A growing list of numbers: 8 bytes each, where an object of its own would take some 100. */
export class Column {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  at(index: number): number {
    const value = this.#values[index];
    if (value === undefined || index >= this.#length) throw new RangeError(`There is no row ${index}`);
    return value;
  }

  get length(): number {
    return this.#length;
  }
}
