/** `npm run sandbox -- --port 4566`: the local AWS by itself, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.ts';

async function main(): Promise<void> {
  const sandbox = await startSandbox({ port: readPort() });
  process.stdout.write(`ready ${sandbox.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  process.stderr.write('sandbox: stopping\n');
  await sandbox.close();
}

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4566' } } });
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port is "${values.port}": expected a number from 0 to 65535`);
}

main().catch((error: unknown) => {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const reason = isTaken
    ? 'the port is taken: give another one with --port, or stop what listens there'
    : error;
  process.stderr.write(`sandbox: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exitCode = 1;
});
