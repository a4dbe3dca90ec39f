import { LATE_RESPONSE_MS } from '../../../domain/conformance/client-limits.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { judgeRemainingValidity, judgeValidity } from '../document-judgements.ts';
import { CONCURRENT_READS } from '../limits.ts';
import type { Exchange } from '../prober.ts';
import { type ContainerFacts, parseDocument } from './container-facts.ts';

/** Checks of the credentials that the endpoint serves, over several reads. */
export const createCredentialChecks = (facts: ContainerFacts) =>
  ({
    'response-time': async (attempt) => {
      const { exchange: cold } = await facts.getDocument();
      judgeDuration(attempt, [cold], 1);
      const warm = await facts.readConcurrently(CONCURRENT_READS);
      judgeDuration(attempt, warm, CONCURRENT_READS);
      // The agent of ECS rejects requests above its rate, which is not a defect.
      const failed = warm.find(({ response }) => response?.status !== 200 && response?.status !== 429);
      if (failed !== undefined) attempt.expectStatus(failed, [200]);
    },

    'key-stable': async (attempt) => {
      const { exchange: first } = await facts.getDocument();
      const second = await facts.once('second read', () => facts.request());
      const reads = [first, second, ...(await facts.readConcurrently(CONCURRENT_READS))];
      const keys = new Map<unknown, Exchange>();
      for (const exchange of reads) {
        const key = parseDocument(exchange)?.AccessKeyId;
        if (key !== undefined && !keys.has(key)) keys.set(key, exchange);
      }
      // One rotation between the reads gives two keys.
      const third = [...keys.values()][2];
      if (third !== undefined) attempt.fail({ code: 'KEY_NOT_STABLE' }, third);
    },

    'not-expired': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      const remaining = judgeValidity(document, attempt.use(exchange));
      if (remaining === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
      if (remaining <= 0) attempt.fail({ code: 'CREDENTIALS_EXPIRED', agoSeconds: -remaining }, exchange);
    },

    'remaining-validity': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      const remaining = judgeValidity(document, attempt.use(exchange));
      if (remaining === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
      if (remaining <= 0) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'not-expired' });
      judgeRemainingValidity(attempt, remaining, exchange, 'container');
    },
  }) satisfies Record<string, CheckFunction>;

function judgeDuration(attempt: CheckAttempt, exchanges: readonly Exchange[], concurrentCount: number): void {
  const [slowest] = [...exchanges].sort((one, other) => other.durationMs - one.durationMs);
  if (slowest === undefined) return;
  attempt.use(slowest);
  if (slowest.durationMs <= LATE_RESPONSE_MS) return;
  const milliseconds = Math.round(slowest.durationMs);
  attempt.fail({ code: 'RESPONSE_SLOW', milliseconds, concurrentCount }, slowest);
}
