import { expect, test } from 'vitest';
import { sendRequest } from '../../support/server/raw-client.ts';
import { startServing } from '../../support/serving/serving.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { isThorough } from '../../support/thorough.ts';

const CLIENTS = isThorough ? 200 : 25;
const MINUTE = 60;

test(`${CLIENTS} clients during a refresh of serve cause one request to STS, and do not wait for it`, async () => {
  const clock = createSteeredClock();
  const { origin, outage, sts } = await startServing({ clock });
  expect(outage.requests()).toBe(1);
  outage.setState('held');
  clock.skip(31 * MINUTE);
  await expect.poll(outage.requests).toBe(2);
  const before = await requestKeys(origin);
  expect(new Set(before)).toEqual(new Set([sts.issued[0]?.accessKeyId]));
  outage.setState('up');
  await expect.poll(() => sts.issued.length).toBe(2);
  await expect.poll(async () => (await requestKeys(origin))[0]).toBe(sts.issued[1]?.accessKeyId);
  expect(outage.requests()).toBe(2);
});

/** The key ids that clients get, which all send their requests at once. */
async function requestKeys(origin: string): Promise<string[]> {
  const { body: token } = await sendRequest(origin, 'PUT', '/latest/api/token', {
    'X-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  const requests = Array.from({ length: CLIENTS }, () =>
    sendRequest(origin, 'GET', '/latest/meta-data/iam/security-credentials/loader', {
      'X-aws-ec2-metadata-token': token,
    }),
  );
  const responses = await Promise.all(requests);
  return responses.map(({ status, body }) => {
    expect(status).toBe(200);
    return JSON.parse(body).AccessKeyId;
  });
}
