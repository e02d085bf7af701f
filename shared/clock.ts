/** Time, as everything here takes it: injected, so that tests and simulations own it. */
export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
  /** Does it again and again, beside all else, until what it answers is called. A clock of a simulation may have none. */
  every?(milliseconds: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  every: (milliseconds, task) => {
    const timer = setInterval(task, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
