/** Room for contents in memory: who wants more than is free waits its turn. */
export class Room {
  #free: number;
  readonly #most: number;
  readonly #waiting: { bytes: number; enter: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /** What is larger than all the room waits until it is alone. */
  async take(bytes: number): Promise<void> {
    const asked = Math.min(bytes, this.#most);
    if (this.#waiting.length === 0 && asked <= this.#free) {
      this.#free -= asked;
      return;
    }
    await new Promise<void>((enter) => this.#waiting.push({ bytes: asked, enter }));
  }

  give(bytes: number): void {
    this.#free += Math.min(bytes, this.#most);
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.enter();
    }
  }
}
