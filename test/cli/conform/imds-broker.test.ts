import { expect, test } from 'vitest';
import { PROGRAM, runShell } from '../../support/cli/built-program.ts';
import { OWN_NETWORK } from '../../support/cli/namespaces.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeBroker } from '../../support/conformance/imds-broker.ts';

const WORLD = repositoryPath('test/support/conformance/imds-broker.mjs');

/** The defects of version 0.4.0, as its source says (pkg/imdsserver/handler.go). */
const DEFECTS = [
  // An invalid TTL is 401. AWS responds 400, which ends the attempt of most SDKs.
  'token-ttl-validated',
  // X-Forwarded-For is refused in token requests, and accepted in reads.
  'forwarded-request-refused',
  'token-path-exact',
  'token-remaining-ttl',
  // The time of the response, in nanoseconds.
  'last-updated',
  // It serves neither the instance id nor iam/info.
  'instance-metadata',
  'expect-refused',
  'host-header',
];

describeBroker('@jamestelfer/imds-broker', (broker) => {
  test('conform names the defects of imds-broker', async () => {
    const env = { BROKER: broker, WORLD, FOLDER: temporaryFolder(), PROGRAM };
    const script = '"$NODE" "$WORLD" "$BROKER" "$FOLDER" "$PROGRAM" conform --shape imds -f json';
    const { code, stdout, stderr } = await runShell(script, { env, prefix: OWN_NETWORK });
    expect(stderr).toBe('');
    const { checks, request_count } = JSON.parse(stdout);
    const failed = checks.flatMap(({ id, outcome }: Record<string, string>) =>
      outcome === 'failed' ? [id] : [],
    );
    expect(failed.sort()).toEqual([...DEFECTS].sort());
    expect(code).toBe(1);
    expect(request_count).toBeLessThanOrEqual(60);
    // Its key id is shown nowhere, and neither are its secrets.
    expect(stdout).not.toMatch(/FALSE/);
  });
});
