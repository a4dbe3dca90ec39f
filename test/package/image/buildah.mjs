// Builds and runs the image with buildah, which needs no daemon. Docker Hub may be out of reach, so the base image
// is made here with the content of the official one: Debian, Node, npm and the user `node`.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const NODE_IMAGE = 'localhost/node';
const EXTRA_CERTIFICATES = '/etc/extra-certificates.crt';

export function buildWithBuildah(root, work) {
  const buildah = (...args) => {
    const storage = [
      '--root',
      join(work, 'images'),
      '--runroot',
      join(work, 'run'),
      '--storage-driver',
      'vfs',
    ];
    return execFileSync('buildah', [...storage, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  createNodeImage(buildah, work);
  buildah(
    ...['build', '--isolation', 'chroot', '--build-arg', `NODE_IMAGE=${NODE_IMAGE}`],
    ...['--file', join(root, 'deploy', 'Dockerfile'), '--tag', 'cred-watch', root],
  );
  const { config } = JSON.parse(buildah('inspect', '--type', 'image', 'cred-watch')).OCIv1;
  const mounted = buildah('mount', buildah('from', 'cred-watch').trim()).trim();
  return {
    config,
    start: (args, options) => startInRoot(mounted, config, args, options),
    remove: () => buildah('rm', '--all'),
  };
}

function createNodeImage(buildah, work) {
  const container = buildah('from', 'scratch').trim();
  const base = buildah('mount', container).trim();
  execFileSync('mmdebstrap', ['--quiet', '--variant=essential', '--include=libstdc++6', 'bookworm', base]);
  const node = `node-linux-${process.arch}`;
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', join(work, 'node'), `${node}@24`]);
  copyFileSync(join(work, 'node', 'node_modules', node, 'bin', 'node'), join(base, 'usr/local/bin/node'));
  const npm = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  mkdirSync(join(base, 'usr/local/lib/node_modules'), { recursive: true });
  cpSync(join(npm, 'npm'), join(base, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/local/bin/npm'));
  appendFileSync(join(base, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n');
  appendFileSync(join(base, 'etc/group'), 'node:x:1000:\n');
  // A proxy of the machine may have a certificate of its own.
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  if (certificates) {
    copyFileSync(certificates, join(base, EXTRA_CERTIFICATES));
    buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${EXTRA_CERTIFICATES}`, container);
  }
  buildah('commit', container, NODE_IMAGE);
  buildah('rm', container);
}

/** Runs as PID 1, as the user of the image, on a read-only root with the volume, as `docker run --read-only`. */
function startInRoot(mounted, config, args, { volume, env = {}, entrypoint = config.Entrypoint }) {
  const [user, group] = config.User.split(':');
  const script = `
    mount --bind "$1" "$1"
    mount --bind "$2" "$1/var/lib/cred-watch"
    mount -o remount,bind,ro "$1"
    root=$1; shift 2
    exec unshare --fork --pid --kill-child --mount-proc="$root/proc" chroot --userspec=${user}:${group} "$root" "$@"`;
  const variables = [...config.Env, 'HOME=/home/node', ...Object.entries(env).map((each) => each.join('='))];
  const command = ['/usr/bin/env', '--ignore-environment', ...variables, ...entrypoint, ...args];
  const child = spawn('unshare', ['--mount', 'sh', '-ec', script, 'sh', mounted, volume, ...command]);
  const stop = () => execFileSync('kill', ['-s', 'TERM', findOnlyChild(child.pid)]);
  return { child, stop };
}

/** `unshare` does not forward signals. */
function findOnlyChild(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  // `kill 0` would end this program too.
  if (!/^[1-9]\d*$/.test(children))
    throw new Error(`${pid} has ended, or has several children: '${children}'`);
  return children;
}
