import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runCommand } from '../../../support/cli/run-command.ts';
import { getContainerCredentials, startServer, writeKeyScript } from '../../../support/cli/running-server.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { findViolations } from '../../../support/docs/schemas.ts';

const REPEATS = 4;
const PROGRAMS = ['/usr/bin/curl', '/usr/bin/python3'];
const FETCH_IN_PYTHON = `
import os, urllib.request
headers = {'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']}
urllib.request.urlopen(urllib.request.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers=headers)).read()`;

test.runIf(process.platform === 'linux')(
  'serve records which programs got the key, and serve --who lists them',
  async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'samples.db');
    const script = writeKeyScript(7200);
    const server = await startServer(['--process', script, '--shape', 'ecs', '--db', db, '--host', 'web-1']);
    const { environment } = server;
    const env = { ...process.env, ...environment };
    const fetchInShell =
      'curl -sS -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"';
    const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { env });
    const { stdout } = await run('sh', '-c', fetchInShell);
    // On a busy machine, a search can take too long.
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      await run('sh', '-c', fetchInShell);
      await run('/usr/bin/python3', '-c', FETCH_IN_PYTHON);
    }
    // Requests that get no key are not recorded.
    await getContainerCredentials({ ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'wrong' });
    const { stderr } = await server.stop();
    const logged = [...stderr.matchAll(/ASIA….* {2}(\/\S+) \(user \S+, pid \d+\)$/gm)];
    const programs = PROGRAMS.map((program) => realpathSync(program));
    expect([...new Set(logged.map(([, program]) => program))].sort()).toEqual(programs);

    const who = await runCommand(['serve', '--who', '-f', 'json', '--db', db, '--host', 'web-1']);
    expect(who.code).toBe(0);
    const document = JSON.parse(who.stdout);
    expect(findViolations('serve-who', document)).toEqual([]);
    const { AccessKeyId: id, Expiration: expiration } = JSON.parse(stdout);
    expect(document.keys).toMatchObject([
      {
        access_key_id: `${id.slice(0, 4)}…${id.slice(-4)}`,
        expiration,
        status: 'valid',
        host: 'web-1',
      },
    ]);
    type User = Record<'program' | 'client' | 'user', string | null> & {
      response_count: number;
      pid: number;
    };
    const users: User[] = document.keys[0].users;
    const [curl, python] = programs.map((program) => users.find((each) => each.program === program));
    const owner = { user: userInfo().username, address: '127.0.0.1', others: false };
    expect(curl).toMatchObject({ ...owner, client: expect.stringMatching(/^curl\//) });
    expect(python).toMatchObject({ ...owner, client: expect.stringMatching(/^Python-urllib\//) });
    expect(users.reduce((sum, each) => sum + each.response_count, 0)).toBe(1 + 2 * REPEATS);
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file)).includes('CANARY'), file).toBe(false);
  },
);
