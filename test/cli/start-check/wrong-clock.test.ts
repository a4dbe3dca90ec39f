import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';

/** Runs command lines with one database, while AWS's clock is ahead of the host's clock. */
async function openBehind(seconds: number, lifetime = { expiresIn: 6000, issuedIn: -10_800 }) {
  const script = metadataService();
  const endpoint = await startEndpoint(({ method, path }) => {
    const requested = `${method} ${path}`;
    if (requested !== `GET ${ROLES}loader`) return (script[requested] as Step | undefined) ?? { status: 404 };
    return {
      headers: { Date: new Date(Date.now() + seconds * 1000).toUTCString() },
      body: roleDocument(lifetime),
    };
  });
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  };
  return (...args: string[]) => runCommand(args, { env });
}

const JOB = ['-j', '1s', '--margin', '1s'];
const SENTENCE = "the host's clock is 4[45]m[\\d s]* behind AWS's clock, and AWS rejects requests[^\n]*";
const NOTE = new RegExp(`^note: ${SENTENCE}\nhint: correct the clock of the host[^\n]*\n`);

describe('a wrong clock changes no safe verdict, and every command says that AWS rejects requests', () => {
  test.each([
    ['env', ['env', '-f', 'json', ...JOB]],
    ['exec', ['exec', ...JOB, '--', 'true']],
    ['exec --refresh', ['exec', '--refresh', '--', 'true']],
  ])('%s prints a note', async (_, args) => {
    const run = await openBehind(2700);
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(NOTE) });
  });

  test('the line of check has the sentence', async () => {
    const run = await openBehind(2700);
    const { code, stdout } = await run('check', ...JOB, '--exit-codes', 'nagios');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^CREDWATCH OK - [^|]*needs 2s; ${SENTENCE} \\|`));
  });

  test('status and the line of report have the sentence', async () => {
    const run = await openBehind(2700);
    expect(await run('poll')).toMatchObject({ code: 0 });
    expect((await run('status')).stdout).toMatch(new RegExp(SENTENCE));
    expect((await run('report', '--exit-codes', 'nagios')).stdout).toMatch(new RegExp(SENTENCE));
  });
});

test.each([
  ['env', '-f', 'json', '-j', '9h'],
  ['exec', '-j', '9h', '--', 'true'],
])('a refusal of %s names a slow clock too', async (...args) => {
  const run = await openBehind(2700);
  const { code, stderr } = await run(...args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(new RegExp(`^error: not safe[^]*\nnote: ${SENTENCE}\n`));
});

test.each([
  ['env', '-f', 'json', ...JOB],
  ['exec', ...JOB, '--', 'true'],
])('up to 5 minutes, %s starts without a note', async (...args) => {
  const run = await openBehind(240);
  const { code, stderr } = await run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
