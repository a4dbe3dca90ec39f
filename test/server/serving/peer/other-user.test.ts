import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, realpathSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { bundleProgram } from '../../../support/bundled-program.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { waitForOutput } from '../../../support/server/peer-server.ts';

const OTHER_USER = 65_534;

/** Starts a program as a user, and kills it at the end of the test. */
function startAs(uid: number, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    uid,
    gid: uid,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const FETCH = `fetch('http://127.0.0.1:' + process.argv[1]).then(async (response) =>
  process.stdout.write(await response.text()))`;

test.skipIf(process.getuid?.() !== 0)(
  'without root, a process of the same user is found, and of another user only its name',
  async () => {
    const folder = temporaryFolder();
    const program = await bundleProgram('server/peer-program.ts', folder);
    chmodSync(folder, 0o755);
    const server = startAs(OTHER_USER, [program, '0']);
    const port = (await waitForOutput(server)).replace(/\D/g, '');
    const fetchAs = async (uid: number) => {
      const client = startAs(uid, ['-e', FETCH, port]);
      const output = await waitForOutput(client);
      await once(client, 'exit');
      return { pid: client.pid, peer: JSON.parse(output).peer };
    };
    const same = await fetchAs(OTHER_USER);
    expect(same.peer).toEqual({ pid: same.pid, program: realpathSync(process.execPath), user: 'nobody' });
    const { peer } = await fetchAs(0);
    expect(peer).toEqual({ pid: null, program: null, user: 'root' });
  },
);
