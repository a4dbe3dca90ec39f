import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { startSts } from '../../support/aws/sts.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { sampleCases } from '../../support/thorough.ts';

const USER = 'AKIACANARY0000000001';
const SECRET = 'CANARY-secret';
const ACCOUNT = '111122223333';
const MIDDLE = `arn:aws:iam::${ACCOUNT}:role/middle`;
const TOP = `arn:aws:iam::${ACCOUNT}:role/top`;
const START = 'https://corp.example/start';

const CONFIG = `[profile user]
aws_access_key_id = ${USER}
aws_secret_access_key = ${SECRET}
[profile middle]
role_arn = ${MIDDLE}
source_profile = user
[profile middle-long]
role_arn = ${MIDDLE}
source_profile = user
duration_seconds = 7200
[profile middle-too-long]
role_arn = ${MIDDLE}
source_profile = user
duration_seconds = 50000
[profile top]
role_arn = ${TOP}
source_profile = middle
[profile analyst]
sso_start_url = ${START}
sso_region = eu-west-1
sso_account_id = ${ACCOUNT}
sso_role_name = Analyst
[profile session-analyst]
sso_session = corp
sso_account_id = ${ACCOUNT}
sso_role_name = Analyst
[sso-session corp]
sso_start_url = ${START}
sso_region = eu-west-1
`;

async function prepare() {
  const sts = await startSts({
    users: { [USER]: SECRET },
    roles: [
      { arn: MIDDLE, principals: [USER], maxSessionSeconds: 43_200 },
      { arn: TOP, principals: [MIDDLE] },
    ],
  });
  const portal = await startPortal({
    accessToken: 'CANARY-sso',
    accountId: ACCOUNT,
    roleName: 'Analyst',
    sessionSeconds: 4 * 3600,
  });
  const home = homeWith({ config: CONFIG });
  const token = { accessToken: 'CANARY-sso', refreshToken: 'CANARY-refresh', region: 'eu-west-1' };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  for (const key of ['corp', START])
    storeSsoToken(home, key, {
      ...token,
      startUrl: START,
      expiresAt,
      clientId: 'a',
      clientSecret: 'CANARY',
      registrationExpiresAt: expiresAt,
    });
  const env = {
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_SSO: portal.url,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    CRED_WATCH_HOST: 'web-1',
  };
  return { run: (...args: string[]) => runCommand(args, { env }), sts, portal };
}

const SESSION_CODES = [
  'ROLE_CHAIN_CAPPED',
  'DURATION_NOT_SET',
  'SSO_TOKEN_EXPIRES',
  'SESSION_LONGER_THAN_ROLE',
];

async function reportAfterPoll(profile: string, job: string) {
  const { run, sts, portal } = await prepare();
  const poll = await run('poll', '--profile', profile);
  const sent = sts.requests.length + portal.requests.length;
  const { stdout } = await run('report', '-j', job, '-f', 'json');
  const report = JSON.parse(stdout);
  expect(findViolations('report', report)).toEqual([]);
  const text = (await run('report', '-j', job)).stdout.replace(/\s+/g, ' ');
  // Reports have no network access.
  expect(sts.requests.length + portal.requests.length).toBe(sent);
  const findings = report.series[0].findings.filter(({ code }: { code: string }) =>
    SESSION_CODES.includes(code),
  );
  return { poll, run, findings, text, verdict: report.verdict };
}

test.each(
  sampleCases(
    [
      ['top', ['ROLE_CHAIN_CAPPED'], 'AWS limits its credentials to 1h'],
      ['middle', ['DURATION_NOT_SET'], "its credentials last 1h, AWS's default"],
      ['middle-long', [], ''],
      ['session-analyst', [], ''],
    ],
    4,
  ),
)('a report after a poll of the profile %s has the findings %j', async (profile, codes, text) => {
  const report = await reportAfterPoll(profile, '3h');
  expect(report.poll.code, report.poll.stderr).toBe(0);
  expect(report.findings.map(({ code }: { code: string }) => code)).toEqual(codes);
  expect(report.text).toContain(text);
});

test.each([
  ['2h', true],
  ['30m', false],
])(
  'a report of a %s job says whether the token of IAM Identity Center ends before: %s',
  async (job, isBefore) => {
    const { findings, text } = await reportAfterPoll('analyst', job);
    expect(findings).toMatchObject([{ code: 'SSO_TOKEN_EXPIRES', severity: 'note' }]);
    expect(findings[0].remaining_seconds).toBeGreaterThan(3500);
    expect(text.includes(`before the end of a ${job} job that starts now`)).toBe(isBefore);
  },
);

test('a report after a refused duration says so', async () => {
  const { findings, poll, text } = await reportAfterPoll('middle-too-long', '3h');
  expect(poll.code).toBe(1);
  expect(poll.stderr).toContain('the requested duration of 13h 53m 20s is above 12h');
  expect(findings).toMatchObject([{ code: 'SESSION_LONGER_THAN_ROLE', severity: 'problem', count: 1 }]);
  expect(text).toContain('1 poll requested a duration that AWS refused');
});

test.each(
  sampleCases(
    [
      ['top', '3h', ['ROLE_CHAIN_CAPPED']],
      ['middle', '3h', ['DURATION_NOT_SET']],
      ['middle', '30m', []],
      ['analyst', '2h', ['SSO_TOKEN_ENDS_BEFORE_JOB']],
      ['analyst', '30m', ['SSO_TOKEN_EXPIRES']],
    ],
    5,
  ),
)('check --offline of the profile %s has the notes of check for a %s job', async (profile, job, codes) => {
  const { run } = await prepare();
  await run('poll', '--profile', profile);
  const offline = await run('check', '--offline', '--profile', profile, '-j', job, '-f', 'json');
  expect(JSON.parse(offline.stdout).notes).toEqual(codes);
  expect(offline.stderr.match(/^note: /gm) ?? []).toHaveLength(codes.length);
  const online = await run('check', '--profile', profile, '-j', job, '-f', 'json');
  expect(JSON.parse(online.stdout).notes).toEqual(codes);
});
