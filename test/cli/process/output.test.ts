import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runShell } from '../../support/cli/built-program.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

async function filledDatabase(folder: string): Promise<string> {
  const db = join(folder, 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', db]);
  return db;
}

describe('an output file', () => {
  test('behind a link is replaced, and the link is kept', async () => {
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const [target, link] = [join(folder, 'target'), join(folder, 'link')];
    writeFileSync(target, 'old');
    symlinkSync(target, link);
    await succeed(['report', '-f', 'json', '-o', link, '--db', db]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ schema_version: 1 });
  });

  test('that is a pipe receives the output and is not replaced', async () => {
    const folder = temporaryFolder();
    const db = await filledDatabase(folder);
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const script = `cat ${pipe} > ${folder}/read & "$NODE" "$PROGRAM" export --db ${db} -o ${pipe}; wait`;
    expect(await runShell(script)).toMatchObject({ code: 0, stderr: '' });
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readFileSync(join(folder, 'read'), 'utf8').split('\n')).toHaveLength(14);
  });
});

/** Every write fails as on a full disk. */
const FULL = '/dev/full';

test.skipIf(!existsSync(FULL))('a full disk behind stdout is an error, not truncated output', async () => {
  const db = await filledDatabase(temporaryFolder());
  for (const command of ['report', 'export']) {
    expect(await runShell(`"$NODE" "$PROGRAM" ${command} --db ${db} >> ${FULL}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: could not write to standard output \(ENOSPC\)\nhint: /),
    });
  }
});
