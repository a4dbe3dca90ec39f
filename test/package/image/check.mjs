// Builds deploy/Dockerfile and uses the image against a simulated endpoint on loopback. Every container runs as the
// user of the image, as PID 1, and on a read-only root.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { buildWithBuildah } from './buildah.mjs';
import { buildWithDocker } from './docker.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const USER = 1000;
const work = mkdtempSync(join(tmpdir(), 'cred-watch-image-'));
const volume = join(work, 'volume');
mkdirSync(volume, { mode: 0o700 });
chownSync(volume, USER, USER);

const hasDocker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
let image = null;
let simulator = null;
try {
  image = hasDocker ? buildWithDocker(ROOT) : buildWithBuildah(ROOT, work);
  await check();
} finally {
  if (simulator?.child.exitCode === null) simulator.stop();
  await simulator?.done;
  image?.remove();
  rmSync(work, { recursive: true, force: true });
}

async function check() {
  const { config } = image;
  assert.equal(config.User, `${USER}:${USER}`);
  assert.deepEqual(Object.keys(config.Volumes), ['/var/lib/cred-watch']);
  const names = config.Env.map((each) => each.split('=')[0]);
  const known = ['PATH', 'NODE_VERSION', 'YARN_VERSION', 'NODE_EXTRA_CA_CERTS', 'CRED_WATCH_DB'];
  assert.deepEqual(
    names.filter((name) => !known.includes(name)),
    [],
  );

  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.deepEqual(await run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });

  simulator = start(['simulate', '--listen', '127.0.0.1:0', '--no-log']);
  const [, url] = await simulator.written(/^export AWS_EC2_METADATA_SERVICE_ENDPOINT=(\S+)$/m);
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: url };
  assert.equal((await run(['poll'], { env })).code, 0);
  const { uid, mode } = statSync(join(volume, 'samples.db'));
  assert.deepEqual([uid, mode & 0o777], [USER, 0o600]);

  const poller = start(config.Cmd, { env });
  await poller.written(/ left /);
  poller.stop();
  assert.equal(await poller.done, 0);
  const report = await run(['report', '-f', 'json']);
  assert.match(report.stdout, /"sample_count": 2/);

  const list = await run(
    ['-c', 'du -sm /opt/cred-watch; find /opt/cred-watch -name "*.node" -o -name "*.tgz"'],
    {
      entrypoint: ['/bin/sh'],
    },
  );
  const [size, ...binaries] = list.stdout.trim().split('\n');
  // For glibc and musl.
  assert.equal(binaries.length, 2);
  process.stdout.write(
    `${hasDocker ? 'docker' : 'buildah'}: ok, ${size.split('\t')[0]} MB in addition to Node\n`,
  );
}

function start(args, options = {}) {
  const { child, stop } = image.start(args, { volume, ...options });
  let stdout = '';
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  const done = once(child, 'close').then(([code]) => code);
  /** Resolves to the match in the output. */
  const written = (pattern) =>
    new Promise((resolve, reject) => {
      const search = () => {
        const match = pattern.exec(stdout);
        if (match) resolve(match);
      };
      child.stdout.on('data', search);
      search();
      done.then((code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${stdout}`)));
    });
  return { child, stop, done, written, stdout: () => stdout };
}

async function run(args, options) {
  const { child, done, stdout } = start(args, options);
  const stderr = text(child.stderr);
  return { code: await done, stdout: stdout(), stderr: await stderr };
}
