/**
 * Runs one deployed bundle in a process of its own, as Lambda's runtime does: the handler is loaded
 * once and invoked again and again. The clock is the parent's: `Date` starts at the time that comes
 * with each invocation and goes on from there, at the pace that the parent says; so do waits.
 */
import { pathToFileURL } from 'node:url';

const [file, exportName, pace = '1'] = process.argv.slice(2);
const timesFaster = Number(pace);

const RealDate = Date;
let began = { here: RealDate.now(), there: RealDate.now() };
const now = () => began.there + (RealDate.now() - began.here) * timesFaster;

class InjectedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
}
Object.defineProperty(InjectedDate, 'name', { value: 'Date' });
globalThis.Date = InjectedDate;

// A timer that does nothing but resolve a promise is a wait. The others are limits, such as that of a
// request: what they limit takes its time here.
const isWait = (callback) => String(callback) === 'function () { [native code] }';
const realSetTimeout = globalThis.setTimeout;
if (timesFaster !== 1)
  globalThis.setTimeout = (callback, milliseconds, ...rest) =>
    realSetTimeout(callback, isWait(callback) ? milliseconds / timesFaster : milliseconds, ...rest);

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

let handler;

process.on('message', async ({ payload, at, requestId, functionName, timeoutSeconds }) => {
  began = { here: RealDate.now(), there: RealDate.parse(at) };
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
