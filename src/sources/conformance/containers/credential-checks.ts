import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import type { CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { judgeCrossOrigin } from '../judgements/cross-origin.ts';
import { computeRemaining, judgeRemainingValidity } from '../judgements/documents.ts';
import { judgeDuration, judgeLoad } from '../judgements/response-times.ts';
import { CONCURRENT_READS } from '../limits.ts';
import type { ContainerFacts } from './container-facts.ts';

/** Checks of the credentials that the endpoint serves, over several reads. */
export const createCredentialChecks = (facts: ContainerFacts) =>
  ({
    'response-time': async (attempt) => {
      const cold = await facts.getCredentials();
      judgeDuration(attempt, [cold], 1, chooseSlowEffects);
      // Concurrent reads would be late too.
      if (attempt.hasFailed) return;
      await facts.getDocument();
      const warm = await facts.readConcurrently(CONCURRENT_READS);
      judgeDuration(attempt, warm, CONCURRENT_READS, chooseSlowEffects);
      judgeLoad(attempt, warm, 200);
    },

    'key-stable': async (attempt) => {
      const { exchange: first } = await facts.getDocument();
      const second = await facts.responses.getOrSend('second read', () => facts.request());
      const keys = [first, second].map(readKey);
      // A rotation between both reads changes the key only once.
      if (keys[0] !== keys[1]) {
        const third = await facts.responses.getOrSend('third read', () => facts.request());
        if (readKey(third) !== keys[1]) return attempt.fail({ code: 'KEY_NOT_STABLE' }, third);
      }
      const warm = await facts.readConcurrently(CONCURRENT_READS);
      const other = findThirdKey([first, second, ...warm]);
      if (other !== null) attempt.fail({ code: 'KEY_NOT_STABLE' }, other);
    },

    'not-expired': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      const remaining = computeRemaining(document, attempt.use(exchange));
      if (remaining === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
      if (remaining <= 0) attempt.fail({ code: 'CREDENTIALS_EXPIRED', agoSeconds: -remaining }, exchange);
    },

    'remaining-validity': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      const remaining = computeRemaining(document, attempt.use(exchange));
      if (remaining === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
      if (remaining <= 0) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'not-expired' });
      judgeRemainingValidity(attempt, remaining, exchange, 'container');
    },

    'no-cross-origin': async (attempt) => {
      await facts.getDocument();
      const { prober, path, token } = facts;
      const headers = token === null ? {} : { authorization: token };
      await judgeCrossOrigin(attempt, prober, (request) => prober.send(request), path, headers);
    },
  }) satisfies Record<string, CheckFunction>;

/** botocore waits for 2 seconds, and Rust for 5. The others have no time limit here. */
const chooseSlowEffects = (milliseconds: number): readonly ClientEffect[] => [
  {
    effect: 'no-credentials',
    clients: [...(milliseconds > 2000 ? (['botocore'] as const) : []), 'java-2', 'javascript'],
  },
];

const readKey = (exchange: Exchange): unknown => readDocument(exchange)?.AccessKeyId;

/** The first read of a third key. */
function findThirdKey(reads: readonly Exchange[]): Exchange | null {
  const keys = new Map<unknown, Exchange>();
  for (const exchange of reads) {
    const key = readKey(exchange);
    if (key !== undefined && !keys.has(key)) keys.set(key, exchange);
  }
  return [...keys.values()][2] ?? null;
}
