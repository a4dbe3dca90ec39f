import type { ConformanceShape } from '../../../domain/conformance/conformance-check.ts';
import { HIDES_MISTAKES } from '../../../domain/conformance/usual-effects.ts';
import { isTemporary } from '../../http/status.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { readEcsErrorCode } from './agent-errors.ts';
import { type ContainerFacts, hasKeys } from './container-facts.ts';
import { REFUSED_TOKEN } from './container-refusals.ts';

/** Statuses with which an endpoint may refuse a wrong token or id. The agents of ECS and EKS use 400. */
const REFUSALS: Readonly<Record<ConformanceShape, readonly number[]>> = {
  imds: [401],
  ecs: [400, 401, 403, 404],
  eks: [400, 401, 403],
  cloudshell: [401, 403],
};

/** Checks of requests without a token, with a wrong one, and with another id. */
export const createAuthorizationChecks = (facts: ContainerFacts) =>
  ({
    'token-unchanged': async (attempt) => {
      const { token } = facts.options;
      const exchange = attempt.use(await facts.getCredentialsOfSdk());
      const status = exchange.response?.status;
      if (token === null) {
        throw new SkippedCheck({ code: status === 200 ? 'NO_TOKEN_NEEDED' : 'NEEDS_TOKEN' });
      }
      if (status === undefined || !REFUSED_TOKEN.includes(status)) return;
      const withPrefix = await facts.tryBearer(token.value);
      if (withPrefix.response?.status === 200) attempt.fail({ code: 'BEARER_REQUIRED' }, withPrefix);
      // The token can be wrong.
      else throw new SkippedCheck({ code: 'NO_CREDENTIALS' });
    },

    'authorization-required': async (attempt) => {
      const { token } = facts.options;
      await facts.getDocument();
      if (token === null && facts.findConfidentialParts().length === 0) {
        attempt.fail({ code: 'NO_SECRET_NEEDED' }, await facts.getCredentials());
        return;
      }
      for (const exchange of await requestRefusals(facts)) expectRefusal(attempt, exchange, facts);
    },

    'query-used': async (attempt) => {
      const { url, token } = facts.options;
      if (url.search === '') throw new SkippedCheck({ code: 'NO_QUERY' });
      await facts.getDocument();
      // With a token, the query need not be secret.
      if (token !== null) return;
      const exchange = await facts.responses.getOrSend('without query', () =>
        facts.request({ path: url.pathname }),
      );
      expectRefusal(attempt, exchange, facts);
    },

    'container-errors': async (attempt) => {
      await facts.getDocument();
      for (const exchange of await requestRefusals(facts)) {
        const { status, body } = attempt.requireResponse(exchange);
        if (status < 400) continue;
        // After these statuses, clients retry, although the next response is the same.
        if (isTemporary(status)) {
          attempt.fail(
            { code: 'UNEXPECTED_STATUS', status, expected: REFUSALS[facts.options.shape] },
            exchange,
          );
        } else if (facts.options.shape === 'ecs' && readEcsErrorCode(body) === null) {
          const fact = { code: 'UNEXPECTED_BODY', problem: 'no-error-code' } as const;
          attempt.fail(fact, exchange, HIDES_MISTAKES);
        }
      }
    },
  }) satisfies Record<string, CheckFunction>;

async function requestRefusals(facts: ContainerFacts): Promise<Exchange[]> {
  const { token, shape } = facts.options;
  if (token !== null && !(await facts.isTokenIgnored()))
    return [await facts.requestWithoutToken(), await facts.requestWithWrongToken()];
  return shape === 'ecs' && facts.findConfidentialParts().length > 0
    ? [await facts.requestWithWrongId()]
    : [];
}

function expectRefusal(attempt: CheckAttempt, exchange: Exchange, { options }: ContainerFacts): void {
  const { status } = attempt.requireResponse(exchange);
  if (hasKeys(exchange)) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, exchange);
  else attempt.expectStatus(exchange, REFUSALS[options.shape], HIDES_MISTAKES);
}
