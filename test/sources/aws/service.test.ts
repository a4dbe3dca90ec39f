import { expect, test } from 'vitest';
import { chooseCallLimits, withAwsLimits } from '../../../src/sources/aws/service.ts';
import { withProcessTimeout } from '../../../src/sources/credential-process/credential-process.ts';
import { options } from '../../support/sources/polling.ts';

const withoutLimits = options({}, { limits: undefined });

test('a call to AWS has longer limits than an endpoint on the host, whatever else the source reads', () => {
  const limits = { connectMs: 3000, requestMs: 8000 };
  expect(chooseCallLimits(withoutLimits)).toEqual(limits);
  expect(chooseCallLimits(withAwsLimits(withoutLimits))).toEqual(limits);
  // The sources `role` and `profile` can run a process, whose limit is for the whole poll.
  expect(chooseCallLimits(withProcessTimeout(withoutLimits))).toEqual(limits);
});

test('the limits of the caller have priority', () => {
  const given = options({}, { limits: { requestMs: 250 } });
  expect(chooseCallLimits(given)).toEqual({ connectMs: 3000, requestMs: 250 });
  expect(withAwsLimits(given).limits).toEqual({ connectMs: 3000, requestMs: 250, pollMs: 25_000 });
});
