import { describe, expect, test } from 'vitest';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

const DOCUMENT = '/latest/meta-data/iam/security-credentials/simulated-role';

/** What is told of one request for the role's document. */
async function told(faults: readonly string[], headers: Record<string, string> = {}) {
  const { origin, exchanges } = await startSimulated({ faults });
  await fetch(`${origin}${DOCUMENT}`, { headers })
    .then((answer) => answer.text())
    .catch(() => '');
  const { credentials, fault, handledRequest, status } = exchanges[0]!;
  return { hasCredentials: credentials !== null, fault, apiVersion: handledRequest.apiVersion, status };
}

describe('what is told of a request', () => {
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
  ])('%j: credentials arrived: %s, fault: %s', async (faults, hasCredentials, fault) => {
    expect(await told(faults)).toMatchObject({ hasCredentials, fault });
  });

  test('whoever shows a session token, good or bad, speaks version 2', async () => {
    const bad = { 'X-aws-ec2-metadata-token': 'wrong' };
    expect(await told([], bad)).toMatchObject({ apiVersion: '2', status: 401, hasCredentials: false });
    expect(await told([])).toMatchObject({ apiVersion: '1', status: 200 });
  });
});
