import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { repositoryPath } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

const FORWARDER = repositoryPath('test/support/serving/clients/forwarder.mjs');

/**
 * A network namespace where a loopback server of this process is at 169.254.169.254, for clients that know only this
 * address. The other servers have the same ports of 127.0.0.1 as outside. Needs root.
 * @returns the command in front of the command of a client
 */
export async function startMetadataNetwork(
  metadataUrl: string,
  otherUrls: readonly string[] = [],
  finished: (clean: () => void) => void = onTestFinished,
): Promise<readonly string[]> {
  const folder = temporaryFolder(finished);
  const getPort = (url: string) => Number(new URL(url).port);
  const addresses: [string, number][] = [
    ['169.254.169.254:80', getPort(metadataUrl)],
    ...otherUrls.map((url): [string, number] => [`127.0.0.1:${getPort(url)}`, getPort(url)]),
  ];
  // Namespaces share Unix sockets with a path.
  const forwards = addresses.map(([address, port], index) => {
    const path = join(folder, `${index}.sock`);
    const server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    server.listen(path);
    finished(() => void server.close());
    return `${address}=${path}`;
  });
  const script = 'ip link set lo up && ip address add 169.254.169.254/32 dev lo && exec "$0" "$@"';
  const child = spawn(
    'unshare',
    ['--net', 'sh', '-e', '-c', script, process.execPath, FORWARDER, ...forwards],
    { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  finished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`the network namespace ended with ${code}`)));
  });
  return ['nsenter', '--target', String(child.pid), '--net'];
}
