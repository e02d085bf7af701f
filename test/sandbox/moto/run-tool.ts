import { execFile } from 'node:child_process';

export interface ToolOptions {
  timeoutSeconds: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/**
 * Runs a program and answers its standard output.
 * @throws Error with the end of what it wrote, if it is missing, fails or takes longer.
 */
export function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        timeout: options.timeoutSeconds * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
        env: options.env ?? process.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        reject(new Error(`${program} ${reasonOf(error, stderr || stdout, options)}`, { cause: error }));
      },
    );
    child.stdin?.end();
  });
}

function reasonOf(
  error: Error & { code?: unknown; killed?: boolean },
  output: string,
  options: ToolOptions,
): string {
  if (error.code === 'ENOENT') return 'is not installed';
  if (error.killed) return `did not end within ${options.timeoutSeconds} s`;
  const lines = output.trim().split('\n').slice(-3).join(' | ');
  return `failed (${String(error.code)}): ${lines}`;
}
