import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../src/credential-formats/formats.ts';
import { CANARIES, canariesIn } from './support/cli/canaries.ts';
import { findCanaries, makeHome } from './support/cli/canary-home.ts';
import { grantToken, metadataService, ROLES } from './support/cli/metadata-script.ts';
import type { Run } from './support/cli/program-run.ts';
import { startEndpoint } from './support/sources/scripted-endpoint.ts';
import { sampleCases } from './support/thorough.ts';

const { secretKey, sessionToken, imdsToken, word } = CANARIES;

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function startSecretInstance(changes: object = {}) {
  const body = JSON.stringify({
    Code: 'Success',
    LastUpdated: inHours(0),
    AccessKeyId: 'ASIATESTTESTTEST0001',
    SecretAccessKey: secretKey,
    Token: sessionToken,
    Expiration: inHours(6),
    ...changes,
  });
  const script = metadataService({
    'PUT /latest/api/token': grantToken(imdsToken),
    [`GET ${ROLES}loader`]: { body },
  });
  const endpoint = await startEndpoint(script);
  return { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
}

const withoutStdout = (run: Run): Run => ({ ...run, stdout: '' });

/** `env` writes secrets to stdout, and `exec` passes them to its child. No other place may have them. */
describe('commands that pass credentials', () => {
  test('commands that pass credentials leave secrets nowhere else if they succeed', async () => {
    const { home, run, runAlone } = makeHome();
    const env = await startSecretInstance();
    const checks = [
      await run(['check', '-j', '4h', '--debug'], env),
      await run(['check', '-j', '4h', '-f', 'json'], env),
    ];
    expect(checks.map(({ code }) => code)).toEqual([0, 0]);
    const printed: Run[] = [];
    for (const format of Object.keys(CREDENTIAL_FORMATS))
      printed.push(await run(['env', '-j', '4h', '-f', format, '--debug'], env));
    const gate = ['env', '-j', '4h', '-f', 'process', '--judge', 'once-per-job', '--debug'];
    for (let call = 0; call < 2; call += 1) printed.push(await run(gate, env));
    expect(printed.at(-1)?.stderr).toContain('note: not judged again: ');
    // Make sure that the secrets were present. JSON and shells write quotes differently.
    const canaries = printed.flatMap(({ stdout }) => canariesIn(stdout));
    expect(canaries).toEqual(expect.arrayContaining(['secretKey', 'sessionToken']));
    const child = ['--', process.execPath, '-p', 'process.env.AWS_SECRET_ACCESS_KEY'];
    const executed = await runAlone(['exec', '-j', '4h', '--job', 'load', '--debug', ...child], env);
    expect(executed).toMatchObject({ code: 0, stdout: `${secretKey}\n` });
    const refreshed = await runAlone(['exec', '--refresh', '--debug', '--', 'true'], env);
    const watched = await runAlone(['exec', '--watch', '--warn-before', '9h', '--debug', '--', 'true'], env);
    expect(watched).toMatchObject({ code: 0, stderr: expect.stringMatching(/^warning: /m) });
    const missing = await runAlone(['exec', '-j', '4h', '--debug', '--', 'no-such-command'], env);
    const kept = await Promise.all(
      [
        ['report', '--job', 'load'],
        ['report', '-j', '5h', '-f', 'json'],
        ['export'],
        ['check', '-j', '1h', '--offline'],
      ].map((args) => run(args)),
    );
    const runs = [
      ...checks,
      ...printed.map(withoutStdout),
      withoutStdout(executed),
      refreshed,
      watched,
      missing,
      ...kept,
    ];
    expect(findCanaries(home, runs)).toEqual([]);
  });

  const refused: [name: string, changes: Record<string, string | undefined>][] = [
    ['credentials that expire too early', { Expiration: inHours(1) }],
    ['expired credentials', { Expiration: inHours(-1) }],
    ['an error that quotes credentials', { Code: `Failed ${secretKey}`, Message: sessionToken }],
    ['a key with a line break', { SecretAccessKey: `${secretKey}\n${word}` }],
    ['a token with a NUL character', { Token: `${sessionToken}\u0000${word}` }],
    ['a document without an expiration', { Expiration: undefined }],
  ];
  test.each(sampleCases(refused, 8))(
    'commands that refuse %s leave no secret anywhere',
    async (_, changes) => {
      const { home, run, runAlone } = makeHome();
      const env = await startSecretInstance(changes);
      const runs = [
        await run(['check', '-j', '4h', '--debug'], env),
        await run(['check', '-j', '4h', '--debug', '--exit-codes', 'nagios'], env),
        await run(['env', '-j', '4h', '-f', 'env', '--debug'], env),
        await runAlone(['exec', '-j', '4h', '--debug', '--', 'true'], env),
        await runAlone(['exec', '--refresh', '-j', '4h', '--debug', '--', 'true'], env),
      ];
      const [, , printed, executed] = runs;
      expect(printed!.code).not.toBe(0);
      expect(executed!.code).toBe(125);
      expect(findCanaries(home, runs)).toEqual([]);
    },
  );
});
