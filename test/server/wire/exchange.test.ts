import { describe, expect, test } from 'vitest';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

const DOCUMENT = '/latest/meta-data/iam/security-credentials/simulated-role';

/** The exchange of one request for the credentials document. */
async function sendAndObserve(faults: readonly string[], headers: Record<string, string> = {}) {
  const { origin, exchanges } = await startSimulated({ faults });
  await fetch(`${origin}${DOCUMENT}`, { headers })
    .then((response) => response.text())
    .catch(() => '');
  const { credentials, fault, handled, status } = exchanges[0]!;
  return { hasCredentials: credentials !== null, fault, apiVersion: handled.apiVersion, status };
}

describe('the exchange of a request', () => {
  test.each([
    [[], true, null],
    [['header=Date', 'clock-skew=5m'], true, 'header + clock-skew'],
    [['field=Type:x', 'header=Server'], true, 'field + header'],
    [['frozen'], true, 'frozen'],
    [['token-lifetime=1h'], true, null],
    [['503'], false, 'status'],
    [['503', 'body=x', 'header=Date'], false, 'status + body + header'],
    [['body={"a":1}'], false, 'body'],
    [['empty'], false, 'empty'],
    [['malformed', 'clock-skew=5m'], false, 'malformed + clock-skew'],
    [['truncate'], false, 'truncate'],
    [['reset'], false, 'reset'],
    [['throttle=0.001,path=/elsewhere'], true, null],
    [['error'], false, 'error'],
  ])(
    'the exchange of a request with the faults %j has credentials: %s, and the fault %s',
    async (faults, hasCredentials, fault) => {
      expect(await sendAndObserve(faults)).toMatchObject({ hasCredentials, fault });
    },
  );

  test('the exchange of a request has API version 2 with any session token, valid or not', async () => {
    const bad = { 'X-aws-ec2-metadata-token': 'wrong' };
    expect(await sendAndObserve([], bad)).toMatchObject({
      apiVersion: '2',
      status: 401,
      hasCredentials: false,
    });
    expect(await sendAndObserve([])).toMatchObject({ apiVersion: '1', status: 200 });
  });
});
