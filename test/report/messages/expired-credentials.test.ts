import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SourceName } from '../../../src/domain/model.ts';
import { listCurrentAdvice } from '../../../src/report/messages/polling/failing-polls.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { judgedAt, wantedJob } from '../../support/report/judged-at.ts';
import { measured } from '../../support/report/measured-series.ts';

test('the advice about expired keys in variables is to replace or unset the variables', async () => {
  const env = {
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    AWS_ACCESS_KEY_ID: 'ASIATESTTESTTEST0001',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
    AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() - 60_000).toISOString(),
  };
  await runCommand(['poll', '--source', 'environment'], { env });
  const { stdout } = await runCommand(['report', '-j', '5m', '-f', 'markdown'], { env });
  expect(stdout).toContain('set new ones, or unset AWS_ACCESS_KEY_ID');
  expect(stdout).not.toContain('repair the program that serves');
});

const SECOND = 1000;

/** The advice about one generation with a sample ten minutes after its expiration. */
function adviseOnExpired(source: SourceName): string[] {
  const history = measured({ identity: { source }, generations: 1 });
  const [generation] = history.generations;
  if (generation === undefined) throw new Error('no generation');
  const lastSeen = generation.expiration + 600 * SECOND;
  const expired = { ...history, generations: [{ ...generation, lastSeen, rawLastSeen: lastSeen }] };
  const [series] = judgedAt(lastSeen + SECOND, [expired], [wantedJob(300)]).series;
  const [judgement] = series?.judgements ?? [];
  if (series === undefined || judgement === undefined) throw new Error('no judgement');
  return listCurrentAdvice(judgement, series);
}

test.each([
  ['imds', /^repair the program that serves the credentials/],
  ['container', /^repair the agent that serves the credentials/],
  ['environment', /^the keys in the environment variables had expired: set new ones/],
  ['profile', /^the keys of the profile had expired: log in again/],
  ['process', /^the process returned credentials that had expired: clear its cache/],
  ['sso', /clock: correct the clock/],
] as const)('the advice about expired credentials names what provides those of %s', (source, advice) => {
  expect(adviseOnExpired(source)[0]).toMatch(advice);
});
