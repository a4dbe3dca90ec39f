import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { minimalEnvironment, NOWHERE } from '../../support/cli/program-run.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createTestIo } from '../../support/cli/test-io.ts';
import { recorder } from '../../support/installation/recorder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

/** An instance, and a database that does not exist. */
async function createInstance() {
  const { env } = await startPlace('imds', 6 * HOUR);
  const folder = temporaryFolder();
  const database = join(folder, 'samples.db');
  return {
    database,
    folder,
    run: async (args: readonly string[], changes: Record<string, string> = {}) => {
      const output = recorder();
      const variables = minimalEnvironment({ ...env, HOME: folder, ...changes });
      const code = await main(args, createTestIo(variables, '', { ...output.outputs, home: folder }));
      return { code, stdout: output.stdout(), stderr: output.stderr().replace(SIMULATED_NOTE, '') };
    },
  };
}

const COMMANDS = [['poll'], ['init', '--schedule', 'process'], ['check', '-j', '1h']];

test.each(COMMANDS)('%s notes once that it has created the database of --db', async (...command) => {
  const { run, database } = await createInstance();
  const first = await run([...command, '--db', database]);
  expect([first.code, first.stderr]).toEqual([0, `note: created the database ${database} (--db)\n`]);
  const second = await run([...command, '--db', database]);
  expect([second.code, second.stderr]).toEqual([0, '']);
});

test('env prints no note, because programs show its first message as the reason of a failure', async () => {
  const { run, database } = await createInstance();
  const { code, stderr } = await run(['env', '-j', '1h', '-f', 'env', '--db', database]);
  expect([code, stderr]).toEqual([0, '']);
});

test('the note names the variable of the database', async () => {
  const { run, database } = await createInstance();
  const { stderr } = await run(['poll'], { CRED_WATCH_DB: database });
  expect(stderr).toBe(`note: created the database ${database} (CRED_WATCH_DB)\n`);
});

test('a database at the usual location is created without a note', async () => {
  const { run, folder } = await createInstance();
  const { code, stderr } = await run(['poll'], { XDG_STATE_HOME: join(folder, 'state') });
  expect([code, stderr]).toEqual([0, '']);
});

test('a failed poll also notes that it has created the database', async () => {
  const { run, database } = await createInstance();
  const { code, stderr } = await run(['poll', '--db', database], {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^note: created the database .*\nerror: /)]);
});

test('a database that cannot be created is not called created', async () => {
  const { run, folder } = await createInstance();
  writeFileSync(join(folder, 'file'), '');
  const { stderr } = await run(['check', '-j', '1h', '--db', join(folder, 'file/samples.db')]);
  expect(stderr).toContain('continuing without the database');
  expect(stderr).not.toContain('created the database');
});

test('check --offline creates no database', async () => {
  const { run, database } = await createInstance();
  const { code, stderr } = await run(['check', '-j', '1h', '--offline', '--db', database]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${database} does not exist`)]);
});

test('check --exit-codes nagios prints one line for a new database', async () => {
  const { run, database } = await createInstance();
  const { stdout, stderr } = await run(['check', '-j', '1h', '--exit-codes', 'nagios', '--db', database]);
  expect([stdout.trim().split('\n').length, stderr]).toEqual([1, '']);
});
