/** One execution environment of a deployed function: a child process that is used for one event at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

/** What the bootstrap is told. */
export interface Start {
  payload: unknown;
  now: Date;
  requestId: string;
  functionName: string;
  timeoutSeconds: number;
}

export interface FunctionError {
  name: string;
  message: string;
}

export interface Answer {
  report?: unknown;
  error?: FunctionError;
  /** What the function wrote, line by line. */
  lines: string[];
}

type Message = { output: string } | { report?: unknown } | { error: FunctionError };

export class FunctionProcess {
  readonly #child: ChildProcess;

  /**
   * `file`: the unzipped bundle. The environment is complete: nothing of this process's is added. `timesFaster`:
   * than here time passes for the function.
   */
  constructor(file: string, exportName: string, environment: NodeJS.ProcessEnv, timesFaster = 1) {
    this.#child = fork(bootstrap, [file, exportName, String(timesFaster)], {
      env: environment,
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true, // a Ctrl-C is for this process; it then ends its children in order
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @returns the answer; an error as Lambda reports it (`Runtime.ExitError`) if the process ended before it. */
  run(start: Start): Promise<Answer> {
    this.#child.channel?.ref();
    return new Promise((resolve) => {
      let output = '';
      const finish = (end: Pick<Answer, 'report' | 'error'>) => {
        this.#child.off('message', onMessage).off('exit', onExit);
        this.#child.channel?.unref();
        resolve({ ...end, lines: output.split('\n').filter((line) => line !== '') });
      };
      const onMessage = (message: Message) => {
        if ('output' in message) output += message.output;
        else finish(message);
      };
      const onExit = () =>
        finish({ error: { name: 'Runtime.ExitError', message: 'The process ended before it answered' } });
      this.#child.on('message', onMessage).on('exit', onExit);
      const { now, ...others } = start;
      this.#child.send({ ...others, at: now.toISOString() });
    });
  }

  /** Cuts the process off: nothing of it runs any more, `finally` included. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.#child, 'exit');
    this.kill();
    await exited;
  }
}
