import type { CheckFunction } from '../check-attempt.ts';
import type { ImdsFacts } from './imds-facts.ts';

/** Checks of the token request of IMDSv2. */
export const createTokenChecks = (facts: ImdsFacts) =>
  ({
    'token-issued': async (attempt) => {
      const exchange = await facts.getToken();
      if (!attempt.expectStatus(exchange, [200])) return;
      const token = exchange.response?.body ?? null;
      if (token === null) attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'not-utf8' }, exchange);
      else if (token === '') attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'empty' }, exchange);
      else if (/[\r\n]/.test(token)) attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'line-end' }, exchange);
      else if (!/^[\x21-\x7e]+$/.test(token)) {
        attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'not-ascii' }, exchange);
      }
    },
  }) satisfies Record<string, CheckFunction>;
