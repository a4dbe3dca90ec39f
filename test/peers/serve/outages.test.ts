import { describe, expect } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { JAVASCRIPT } from '../../support/peers/clients.ts';
import { describeClient } from '../../support/peers/installed-client.ts';
import { RUBY } from '../../support/peers/ruby.ts';
import { BOTOCORE, FAKETIME } from '../../support/serving/debian-clients.ts';
import { requestCredentials } from '../../support/serving/endpoint-probe.ts';
import type { OutageState } from '../../support/serving/outage-proxy.ts';
import { startServing } from '../../support/serving/serving.ts';
import { type SigningClientName, startSigningClient } from '../../support/serving/signing-client.ts';
import { createSteeredClock } from '../../support/serving/steered-clock.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const MINUTE = 60;
/** STS is out of order for longer than a lifetime, from `serve`'s first refresh to long after the expiration. */
const OUTAGE = { begin: 20, end: 130 };
/** When the first key expires. */
const EXPIRATION = 60;
/** Some clients repeat failed requests for seconds, so there are fewer requests while the endpoint has no key. */
const REQUEST_MINUTES = [...[0, 10, 20, 30, 40, 50, 55, 60, 65], ...[80, 100, 120, 130, 131, 133, 135, 137]];

/** The minutes of the requests. */
interface OutageResult {
  failed: number[];
  /** Requests that were signed with an expired key. */
  expired: number[];
}

/** Lets a client send requests during an outage of STS. Checks each time that the endpoint serves no expired key. */
async function runOutage(name: SigningClientName, shape: Shape, state: OutageState): Promise<OutageResult> {
  const clock = createSteeredClock();
  const { outage, service, environments, skip } = await startServing({ clock, shapes: [shape] });
  const environment = environments[shape] ?? {};
  const client = startSigningClient(name, environment, clock);
  const result: OutageResult = { failed: [], expired: [] };
  let last = 0;
  for (const minute of REQUEST_MINUTES) {
    await skip((minute - last) * MINUTE);
    last = minute;
    if (minute === OUTAGE.begin) outage.setState(state);
    if (minute === OUTAGE.end) outage.setState('up');
    const usesBefore = service.uses.length;
    if ((await client.sendRequest()) !== null) result.failed.push(minute);
    if (service.uses.slice(usesBefore).some(({ problem }) => problem === 'expired'))
      result.expired.push(minute);
    const { status, headers, body } = await requestCredentials(environment);
    if (minute < EXPIRATION || minute > OUTAGE.end) expect(status).toBe(200);
    if (status === 200) expect(Date.parse(JSON.parse(body).Expiration)).toBeGreaterThan(clock.now());
    else expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
  }
  return result;
}

const FROM_EXPIRATION_TO_END = REQUEST_MINUTES.filter(
  (minute) => minute >= EXPIRATION && minute < OUTAGE.end,
);

/** The request at the end of the outage may come before the next attempt of `serve`. */
const withoutEnd = (minutes: readonly number[]) => minutes.filter((minute) => minute !== OUTAGE.end);

describe(JAVASCRIPT, () => {
  const cases = (['imds', 'ecs'] as const).flatMap((shape) =>
    (['down', 'throttled', 'held'] as const).map((state) => [shape, state] as const),
  );

  ciTest.for(sampleCases(cases, 6))(
    'the AWS SDK for JavaScript works until its key expires, and within a minute after an outage of STS: %s, STS %s',
    async ([shape, state]) => {
      const { failed, expired } = await runOutage('javascript', shape, state);
      expect(withoutEnd(failed)).toEqual(FROM_EXPIRATION_TO_END);
      expect(expired).toEqual([]);
    },
  );
});

describeClient('libfaketime', FAKETIME, () => {
  describeClient('botocore', BOTOCORE, () => {
    ciTest('botocore uses no expired key of a container during an outage of STS', async () => {
      const { failed, expired } = await runOutage('botocore', 'ecs', 'down');
      expect(withoutEnd(failed)).toEqual(FROM_EXPIRATION_TO_END);
      expect(expired).toEqual([]);
    });

    ciTest(
      'botocore uses an expired key of IMDS for less than five minutes during an outage of STS',
      async () => {
        const { failed, expired } = await runOutage('botocore', 'imds', 'down');
        expect(withoutEnd(failed)).toEqual(FROM_EXPIRATION_TO_END);
        // botocore extends the expiration. It requests again after 2 to 10 minutes, and this client every five minutes.
        expect(expired.filter((minute) => minute !== EXPIRATION)).toEqual([]);
      },
    );
  });

  describeClient('Ruby', RUBY, () => {
    ciTest(
      'the AWS SDK for Ruby uses the last key until an outage of STS is over, and six minutes longer',
      async () => {
        const { failed, expired } = await runOutage('ruby', 'imds', 'down');
        expect(failed).toEqual(expired);
        expect(failed.filter((minute) => minute < OUTAGE.end)).toEqual(FROM_EXPIRATION_TO_END);
        expect(failed).not.toContain(REQUEST_MINUTES.at(-1));
      },
    );
  });
});

ciTest('serve ends if STS is out of order at its start', async () => {
  const clock = createSteeredClock();
  await expect(startServing({ clock, state: 'throttled' })).rejects.toThrow(
    /^serve ended with 1: .*Throttling/s,
  );
});
