import { expect, test } from 'vitest';
import { findTimeoutEffects, getShortestTimeout } from '../../../src/domain/conformance/client-timeouts.ts';
import { CONFORMANCE_SDKS } from '../../../src/domain/conformance/clients.ts';
import { CLIENTS } from '../../../src/domain/provider-chain/clients.ts';
import { CLIENT_RULES } from '../../../src/domain/provider-chain/rules/all-rules.ts';
import { CHECK_LIMITS } from '../../../src/sources/conformance/limits.ts';

const KINDS = ['imds', 'container'] as const;

const listGivingUp = (milliseconds: number, kind: (typeof KINDS)[number]) =>
  findTimeoutEffects(milliseconds, kind).find(({ effect }) => effect === 'no-credentials')?.clients ?? [];

test.each(KINDS.flatMap((kind) => CLIENTS.map((client) => ({ kind, client }))))(
  '`conform` and `sources` have the same limit of $client for $kind',
  ({ kind, client }) => {
    const name = client === 'java' ? 'java-2' : client;
    const limit = CLIENT_RULES[client].endpoints.timeoutMs[kind] ?? Number.POSITIVE_INFINITY;
    const isJudged = CONFORMANCE_SDKS.some((each) => each === name) && limit < CHECK_LIMITS.requestMs;
    if (isJudged) {
      expect(listGivingUp(limit, kind)).not.toContain(name);
      expect(listGivingUp(limit + 1, kind)).toContain(name);
    } else {
      expect(listGivingUp(CHECK_LIMITS.requestMs, kind)).not.toContain(name);
    }
  },
);

test('the shortest limit is the one of Go and of Java', () => {
  expect(KINDS.map(getShortestTimeout)).toEqual([500, 1000]);
});
