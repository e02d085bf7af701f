/** Instances that take a while to start. Time is counted in minutes. */
export const startMinutes = 3;

export class Fleet {
  /** When each of them was started; the oldest first. */
  readonly started: number[];

  constructor(size: number) {
    this.started = Array.from({ length: size }, () => -startMinutes);
  }

  get size(): number {
    return this.started.length;
  }

  serving(minute: number): number {
    return this.started.filter((at) => at + startMinutes <= minute).length;
  }

  /** The newest go first: they were going to help last. */
  resize(size: number, minute: number): void {
    while (this.started.length > size) this.started.pop();
    while (this.started.length < size) this.started.push(minute);
  }
}
