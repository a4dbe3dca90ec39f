// A PostgreSQL server for benchmarks, with the settings of a small production server: commits are durable.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { NotInstalled } from './bench.mjs';

/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;
const isRoot = process.getuid?.() === 0;
const AS_UNPRIVILEGED = [
  ...['setpriv', '--pdeathsig', 'INT'],
  ...(isRoot ? [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'] : []),
];
const SETTINGS = { shared_buffers: '256MB', max_wal_size: '4GB', work_mem: '64MB', listen_addresses: '' };
/** The server listens on no port. The number is a part of the name of its Unix socket. */
const PORT = 5432;
const MAX_START_MS = 30_000;
const DEBIAN = '/usr/lib/postgresql';

/** Starts a server on a Unix socket in `folder`, with an empty database. */
export async function startPostgres(folder) {
  const programs = findPostgresPrograms();
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) for (const path of [folder, data]) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
  const [setpriv, ...as] = AS_UNPRIVILEGED;
  const initdb = [
    join(programs, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--locale=C',
    '-E',
    'UTF8',
  ];
  execFileSync(setpriv, [...as, ...initdb], { cwd: folder, stdio: 'pipe' });
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [join(programs, 'postgres'), '-D', data, '-p', String(PORT), '-k', folder, ...settings];
  const server = spawn(setpriv, [...as, ...command], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  await waitUntilReady(server);
  const client = new pg.Client({ host: folder, port: PORT, user: 'postgres', database: 'postgres' });
  await client.connect();
  return {
    url: `postgres:///postgres?host=${encodeURIComponent(folder)}&port=${PORT}&user=postgres`,
    query: async (sql, values) => (await client.query(sql, values)).rows,
    /** Runs an action, and returns the largest private memory that all processes of the server had meanwhile, in KiB. */
    async watchMemory(action) {
      let [peak, isRunning] = [0, true];
      const watched = (async () => {
        while (isRunning) {
          peak = Math.max(peak, readPrivateMemory(server.pid));
          await pause(20);
        }
      })();
      const result = await action();
      isRunning = false;
      await watched;
      return { result, serverPeakKiB: peak };
    },
    async stop() {
      await client.end();
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGINT');
      await ended;
    },
  };
}

/** The folder of the newest version. Throws `NotInstalled` without PostgreSQL. */
export function findPostgresPrograms() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((each) => existsSync(join(each, 'initdb')));
  if (folder === undefined) throw new NotInstalled('PostgreSQL is not installed');
  return folder;
}

async function waitUntilReady(server) {
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text) => {
    log = (log + text).slice(-10_000);
  });
  const deadline = performance.now() + MAX_START_MS;
  while (!log.includes('ready to accept connections')) {
    if (server.exitCode !== null || performance.now() > deadline)
      throw new Error(`PostgreSQL did not start: ${log}`);
    await pause(20);
  }
}

/** Shared buffers belong to all processes, so only memory without a file counts. */
function readPrivateMemory(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + readAnonymous(child), 0);
}

function readAnonymous(pid) {
  try {
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
