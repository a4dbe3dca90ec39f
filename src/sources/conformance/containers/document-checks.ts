import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { affects } from '../../../domain/conformance/usual-effects.ts';
import { parseInstant } from '../../../domain/time/instant.ts';
import type { JsonObject } from '../../document/json-object.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { readAgentError } from './agent-errors.ts';
import type { ContainerFacts } from './container-facts.ts';

/** Without an expiration, Go and Java treat the credentials as permanent. */
const WITHOUT_EXPIRATION: readonly ClientEffect[] = [
  affects('no-credentials', 'botocore', 'javascript', 'rust'),
  affects('never-refreshes', 'go', 'java-2'),
];

/** JavaScript reads a time without a zone as local time. Go and Rust reject it. */
const WITHOUT_ZONE: readonly ClientEffect[] = [
  affects('no-credentials', 'go', 'rust'),
  affects('uses-expired', 'javascript'),
];

/** The limit of aws-c-auth. */
const TOO_LARGE: readonly ClientEffect[] = [{ effect: 'no-credentials', clients: ['cpp'] }];

/** Rust requires UTF-8. The others replace the wrong characters. */
const NOT_UTF8: readonly ClientEffect[] = [{ effect: 'no-credentials', clients: ['rust'] }];

/** Checks of the response to a valid request. */
export const createDocumentChecks = (facts: ContainerFacts) =>
  ({
    'container-response': async (attempt) => {
      const exchange = attempt.use(await facts.getCredentials());
      const { response, failure } = exchange;
      if (failure?.reason === 'too-large')
        attempt.fail({ code: 'NO_RESPONSE', reason: 'too-large' }, exchange, TOO_LARGE);
      if (response === null) return;
      const { status, body } = response;
      if (status >= 300 && status < 400)
        attempt.fail({ code: 'UNEXPECTED_STATUS', status, expected: [200] }, exchange);
      if (body === null) attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'not-utf8' }, exchange, NOT_UTF8);
    },

    'container-document': async (attempt) => {
      const exchange = attempt.use(await facts.getCredentials());
      if (readAgentError(exchange, facts.options.shape) !== null) {
        throw new SkippedCheck({ code: 'NO_CREDENTIALS' });
      }
      const effects = exchange.failure?.reason === 'too-large' ? TOO_LARGE : undefined;
      if (!attempt.expectStatus(exchange, [200], effects)) return;
      const document = readDocument(exchange);
      if (document === null) {
        const isUtf8 = exchange.response?.body !== null;
        const problem = isUtf8 ? 'not-json' : 'not-utf8';
        attempt.fail({ code: 'UNEXPECTED_BODY', problem }, exchange, isUtf8 ? undefined : NOT_UTF8);
        return;
      }
      for (const field of ['AccessKeyId', 'SecretAccessKey', 'Token']) {
        if (isText(document[field])) continue;
        attempt.fail({ code: 'UNEXPECTED_FIELD', field, value: null, expected: 'non-empty-text' }, exchange);
      }
      checkExpiration(attempt, exchange, document);
    },

    'container-identity': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      attempt.use(exchange);
      const isEcs = facts.options.shape === 'ecs';
      const [field, expected] = isEcs
        ? (['RoleArn', 'role-arn'] as const)
        : (['AccountId', 'account-id'] as const);
      const pattern = isEcs ? /^arn:[\w-]+:iam::\d{12}:role\/.+$/ : /^\d{12}$/;
      const value = document[field];
      if (typeof value === 'string' && pattern.test(value)) return;
      const quoted = typeof value === 'string' ? attempt.quote(value) : null;
      attempt.fail({ code: 'UNEXPECTED_FIELD', field, value: quoted, expected }, exchange);
    },
  }) satisfies Record<string, CheckFunction>;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function checkExpiration(attempt: CheckAttempt, exchange: Exchange, { Expiration: value }: JsonObject): void {
  const fact = { code: 'UNEXPECTED_FIELD', field: 'Expiration', expected: 'instant-with-zone' } as const;
  if (!isText(value)) {
    attempt.fail({ ...fact, value: value === '' ? '' : null }, exchange, WITHOUT_EXPIRATION);
    return;
  }
  const instant = parseInstant(value);
  if (instant !== null && !instant.zoneless) return;
  attempt.fail(
    { ...fact, value: attempt.quote(value) },
    exchange,
    instant === null ? undefined : WITHOUT_ZONE,
  );
}
