import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAccount, KEYS, MIDDLE } from '../../support/aws/role-account.ts';
import { buildStsError } from '../../support/aws/sts.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/docs/run-at.ts';

/** Judges the newest sample of a history of `fixtures` at its time. Line breaks of the layout become spaces. */
async function checkOffline(history: string, args: readonly string[]): Promise<string> {
  const folder = fixturePath(`histories/${history}`);
  const observations = join(folder, 'observations.ndjson');
  const now = Date.parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).now);
  const [first = ''] = readFileSync(observations, 'utf8').split('\n');
  const { host, source } = JSON.parse(first);
  const home = temporaryFolder();
  const env = { HOME: home, LANG: 'C.UTF-8', CRED_WATCH_DB: join(home, 'samples.db') };
  expect((await runAt(now, ['import', observations], env)).code).toBe(0);
  const selection = ['--host', host, '--source', source, '--max-age', '1d'];
  const { output } = await runAt(now, ['check', '--offline', ...selection, ...args], env);
  return output.replaceAll(/\s+/g, ' ');
}

test('with several endpoints, check says that the next request may get other credentials', async () => {
  const text = await checkOffline('two-at-once-from-the-first-sample', ['-j', '2h']);
  expect(text).toContain(
    'a safe start unknown, because several endpoints answer, and the next request may get older or newer credentials',
  );
  expect(text).toContain('what to do try again, because another endpoint may have newer credentials');
});

test('for credentials that are issued per request, check advises a longer validity', async () => {
  const text = await checkOffline('issued-per-request-for-too-short-a-time', ['-j', '2h']);
  expect(text).toContain('next request 1h, as measured so far');
  expect(text).toContain(
    'unknown, because every request gets new credentials, and these are not valid for long enough',
  );
  expect(text).toContain('what to do make the source issue credentials with a longer validity');
});

test('if the rotation is overdue, check does not advise a short wait', async () => {
  const text = await checkOffline('overdue-after-hourly-rotations', ['-j', '2h']);
  expect(text).toContain('what to do remove --offline: the rotation is overdue');
  expect(text).not.toContain('--wait 1m');
});

test('if a stored sample has expired, check --offline advises a poll and does not blame the endpoint', async () => {
  const text = await checkOffline('issued-per-request-for-close-polls', ['-j', '30m']);
  expect(text).toContain('the credentials have expired');
  expect(text).toContain('what to do remove --offline: the stored credentials have expired');
});

test('if a request for new credentials fails, check does not call their validity too short', async () => {
  const { sts, home } = await createAccount(
    `[default]\nrole_arn = ${MIDDLE}\nsource_profile = default\n${KEYS}`,
  );
  const env = { HOME: home, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: sts.url };
  const check = () =>
    runCommand(['check', '-j', '30m', '--source', 'role', '--db', join(home, 'samples.db')], { env });
  expect((await check()).code).toBe(0);
  sts.failures.push(buildStsError('AccessDenied', 'No', 403));
  const text = (await check()).stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/ earlier samples new credentials were valid for (59m 59s|1h) $/);
  expect(text).not.toContain('as measured so far');
});
