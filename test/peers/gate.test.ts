import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAM, runProgram } from '../support/cli/built-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import { runClient } from '../support/peers/child-client.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { getServedCredentials } from '../support/peers/conversation.ts';
import { startGate } from '../support/peers/gate.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { ciTest } from '../support/thorough.ts';

const HOUR = 3600;
const REFUSAL = 'error: not safe: a 4h job with a margin of 15m that starts now, ';

describe('cred-watch as credential_process', () => {
  test('it prints exactly one document if the credentials are valid for long enough', async () => {
    const { args, environment } = await startGate({ lifetime: 6 * HOUR });
    const { code, stdout, stderr } = await runProgram(args, { env: environment });
    expect([code, stderr]).toEqual([0, '']);
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'Version',
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
      'Expiration',
    ]);
  });

  test('it prints nothing on stdout otherwise, and the error is the first line on stderr', async () => {
    const { args, environment } = await startGate({ lifetime: 2 * HOUR });
    const { code, stdout, stderr } = await runProgram(args, { env: environment });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(REFUSAL)).toBe(true);
  });

  ciTest('a gate without --source does not start itself again and again', async () => {
    const folder = temporaryFolder();
    const args = ['env', '-j', '4h', '-f', 'process', '--db', join(folder, 'samples.db')];
    const config = join(folder, 'config');
    const command = [process.execPath, PROGRAM, ...args].join(' ');
    writeFileSync(config, `[default]\ncredential_process = ${command}\n`);
    const { code, stdout, stderr } = await runProgram(args, { env: { AWS_CONFIG_FILE: config } });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^hint: add --source, --process, or --profile with another profile to the cred-watch command/m,
    );
  });
});

describe(JAVASCRIPT, () => {
  test('the SDK gets the credentials of the gate', async () => {
    const { instance, environmentForJavaScript } = await startGate({ lifetime: 6 * HOUR });
    const outcome = await obtainByJavaScript(environmentForJavaScript);
    getServedCredentials(outcome, instance.exchanges);
  });

  ciTest('the SDK uses IMDS after the gate has refused, unless IMDS is disabled for the SDK', async () => {
    const { instance, environment, environmentForJavaScript } = await startGate({ lifetime: 2 * HOUR });
    const passed = await obtainByJavaScript(environment);
    getServedCredentials(passed, instance.exchanges);
    const refused = await obtainByJavaScript(environmentForJavaScript);
    expect([refused.code, refused.held]).toEqual([1, null]);
  });

  ciTest('a client that uses only the profile shows the error', async () => {
    const { environment } = await startGate({ lifetime: 2 * HOUR });
    const script = `const paths = [require.resolve('@aws-sdk/credential-provider-node')];
      const { fromIni } = require(require.resolve('@aws-sdk/credential-provider-ini', { paths }));
      fromIni()().catch((error) => console.log(error.message))`;
    const { stdout } = await runClient([process.execPath, '-e', script], environment);
    expect(stdout).toContain(`\n${REFUSAL}`);
  });
});

describeClient(CLI, AWS_CLI, () => {
  ciTest('the AWS CLI gets the credentials of the gate', async () => {
    const { instance, environment } = await startGate({ lifetime: 6 * HOUR });
    getServedCredentials(await obtainByAwsCli(environment), instance.exchanges);
  });

  ciTest('the AWS CLI stops and shows the error after the gate has refused', async () => {
    const { environment } = await startGate({ lifetime: 2 * HOUR });
    const { code, held, stderr } = await obtainByAwsCli(environment);
    expect([code, held]).toEqual([253, null]);
    expect(stderr).toContain(`Error when retrieving credentials from custom-process: ${REFUSAL}`);
  });
});
