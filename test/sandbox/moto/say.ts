/** Tells the person who waits what is being done; standard output is for what was asked for. */
export function say(text: string): void {
  process.stderr.write(`sandbox: ${text}\n`);
}
