/** Moto's own image. */
import type { MotoCommand } from './moto.ts';
import { runTool } from './run-tool.ts';
import { say } from './say.ts';
import { chosenMoto } from './version.ts';

const image = `motoserver/moto:${chosenMoto}`;

export async function fromDocker(): Promise<MotoCommand> {
  await runTool('docker', ['info'], { timeoutSeconds: 5 });
  say(`pulling ${image}`);
  await runTool('docker', ['pull', '--quiet', image], { timeoutSeconds: 300 });
  const options = ['--rm', '--init', '--interactive', '--env', 'MOTO_EC2_LOAD_DEFAULT_AMIS=false'];
  return {
    origin: `docker image ${image}`,
    argv: (port) => ['docker', 'run', ...options, '--publish', `127.0.0.1:${port}:5000`, image],
    env: {},
  };
}
