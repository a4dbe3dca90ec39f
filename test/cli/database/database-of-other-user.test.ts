import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { minimalEnvironment, startProcess } from '../../support/cli/program-run.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

describe.runIf(process.getuid?.() === 0)('a database of root that every user may read', () => {
  async function runAsOther(...args: string[]) {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const db = join(folder, 'samples.db');
    const { environments } = await startSimulated();
    const env = { ...environments.imds, CRED_WATCH_HOST: 'vm', HOME: '/nonexistent' };
    expect(await runAt(Date.now(), ['poll', '--db', db], env)).toMatchObject({ code: 0 });
    chmodSync(db, 0o444);
    const command = [
      'setpriv',
      '--reuid=54321',
      '--regid=54321',
      '--clear-groups',
      process.execPath,
      PROGRAM,
    ];
    const options = { cwd: '/', env: minimalEnvironment(env) };
    return { db, ...(await startProcess([...command, ...args, '--db', db], options).done) };
  }

  test('check says that it records nothing, and uses the history', async () => {
    const { code, stderr, db } = await runAsOther('check', '-j', '1h');
    expect(code).toBe(0);
    expect(stderr).toBe(
      `note: continuing without recording: no permission to use ${db}; the stored history is used\n${SIMULATED_NOTE}`,
    );
  });

  test('init --check does not call it unreadable for others', async () => {
    const { stdout, db } = await runAsOther('init', '--check');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `problem other users can read ${db} → run \`chmod 600 ${db}\` as their owner`,
    );
  });
});
