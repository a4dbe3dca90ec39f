import { onTestFinished } from 'vitest';
import { findFreePort } from '../free-port.ts';
import { minimalEnvironment, startProcess } from './program-run.ts';

export const SOCKET_ACTIVATE = { program: 'systemd-socket-activate', package: 'systemd' };

/**
 * Starts a program with sockets of systemd, which listens at once. The program starts at the first connection.
 * @param sockets the names of the sockets
 */
export async function activate(
  sockets: readonly string[],
  command: readonly string[],
  env: Record<string, string>,
) {
  const ports: number[] = [];
  for (const _ of sockets) ports.push(await findFreePort());
  const full = minimalEnvironment({ AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined, ...env });
  const program = startProcess(
    [
      SOCKET_ACTIVATE.program,
      ...ports.flatMap((port) => ['-l', `127.0.0.1:${port}`]),
      `--fdname=${sockets.join(':')}`,
      ...Object.keys(full).flatMap((name) => ['-E', name]),
      ...command,
    ],
    { env: full },
  );
  onTestFinished(async () => {
    program.child.kill('SIGTERM');
    await program.done.catch(() => {});
  });
  const endpoints = ports.map((port) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}/` }));
  let log = '';
  program.child.stderr.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  // systemd-socket-activate needs a moment to listen.
  for (let attempt = 0; attempt < 50 && log.split('Listening on ').length <= ports.length; attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return { ...program, endpoints };
}
