// Builds and runs the image with a docker daemon.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const TAG = 'cred-watch-test';

export function buildWithDocker(root) {
  const docker = (...args) => execFileSync('docker', args, { encoding: 'utf8' });
  docker('build', '--quiet', '--file', join(root, 'deploy', 'Dockerfile'), '--tag', TAG, root);
  const [{ Config: config }] = JSON.parse(docker('image', 'inspect', TAG));
  return {
    config,
    start(args, { volume, env = {}, entrypoint = [] }) {
      const name = `${TAG}-${randomUUID()}`;
      const [program, ...more] = entrypoint;
      const child = spawn('docker', [
        ...['run', '--rm', '--name', name, '--read-only', '--network', 'host'],
        ...['--volume', `${volume}:/var/lib/cred-watch`],
        ...Object.entries(env).flatMap((each) => ['--env', each.join('=')]),
        ...(program === undefined ? [] : ['--entrypoint', program]),
        ...[TAG, ...more, ...args],
      ]);
      return { child, stop: () => docker('kill', '--signal', 'SIGTERM', name) };
    },
    remove: () => docker('image', 'rm', TAG),
  };
}
