/**
 * Runs one deployed bundle in a process of its own, as Lambda's runtime does: the handler is loaded
 * once and invoked again and again. The clock is the parent's: `Date` starts at the time that comes
 * with each invocation and goes on from there; timers stay real.
 */
import { pathToFileURL } from 'node:url';

const RealDate = Date;
let ahead = 0; // milliseconds

class InjectedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + ahead);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + ahead;
  }
}
Object.defineProperty(InjectedDate, 'name', { value: 'Date' });
globalThis.Date = InjectedDate;

// Lambda makes logs and metrics of what is written here; each piece goes to the parent at once, so
// that a process that is cut off leaves what it had said.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, done) => {
    process.send({ output: chunk.toString() });
    const callback = typeof encoding === 'function' ? encoding : done;
    callback?.();
    return true;
  };
}

process.on('disconnect', () => process.exit()); // the parent is gone, in whatever way

const [file, exportName] = process.argv.slice(2);
let handler;

process.on('message', async ({ payload, now, requestId, functionName, timeoutSeconds }) => {
  ahead = RealDate.parse(now) - RealDate.now();
  const end = performance.now() + timeoutSeconds * 1000;
  const context = {
    awsRequestId: requestId,
    functionName,
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
  try {
    handler ??= (await import(pathToFileURL(file).href))[exportName];
    process.send({ report: await handler(payload, context) });
  } catch (error) {
    process.send({ error: { name: error?.name ?? 'Error', message: error?.message ?? String(error) } });
  }
});
