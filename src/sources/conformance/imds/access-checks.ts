import { isLoopbackUrl } from '../../http/addresses.ts';
import { judgeCrossOrigin } from '../access-judgements.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { Exchange } from '../prober.ts';
import { type ImdsFacts, LONGEST_TTL, ROLES, readToken } from './imds-facts.ts';

/** Host names that resolve to the addresses of IMDS do not exist on the internet. */
const LINK_LOCAL = ['169.254.169.254', '[fd00:ec2::254]'];

const FORWARDED = { 'x-forwarded-for': '192.0.2.1' };
/** Reserved for documents (RFC 6761), so no client uses it. */
const FOREIGN_HOST = 'rebind.example';

/** Checks that proxies and web pages cannot read credentials. */
export const createAccessChecks = (facts: ImdsFacts) =>
  ({
    'forwarded-request-refused': async (attempt) => {
      if (readToken(await facts.getTokenExchange()) !== null) {
        expectRefusal(attempt, await facts.putToken(String(LONGEST_TTL), FORWARDED));
      }
      expectRefusal(attempt, await facts.get(ROLES, { ...(await facts.getTokenHeaders()), ...FORWARDED }));
    },
    'host-header': async (attempt) => {
      const { url } = facts.prober;
      if (LINK_LOCAL.includes(url.hostname)) throw new SkippedCheck({ code: 'LINK_LOCAL_ADDRESS' });
      const headers = await facts.getTokenHeaders();
      const own = await facts.getRoleList();
      const { status } = attempt.requireResponse(own);
      const named = isLoopbackUrl(url) ? [url.port === '' ? 'localhost' : `localhost:${url.port}`] : [];
      const accepted = [];
      for (const host of [...named, '169.254.169.254']) {
        const exchange = await facts.get(ROLES, { ...headers, host });
        accepted.push(exchange);
        if (status === 200) attempt.expectStatus(exchange, [200], FAILS_WITH_HOST);
      }
      // The server accepts the address of IMDS only, so it refuses each client that uses the address of the server.
      if (status !== 200 && accepted.some(({ response }) => response?.status === 200)) {
        attempt.fail({ code: 'UNEXPECTED_STATUS', status, expected: [200] }, own, ALL_WITH_ENDPOINT);
      }
      const foreign = attempt.use(await facts.get(ROLES, { ...headers, host: FOREIGN_HOST }));
      // A closed connection is a refusal too.
      if (foreign.response !== null && foreign.response.status === 200) {
        attempt.fail({ code: 'REQUEST_ACCEPTED', status: 200 }, foreign);
      }
    },
    'no-cross-origin': async (attempt) => {
      const headers = await facts.getTokenHeaders();
      await judgeCrossOrigin(attempt, facts.prober, (request) => facts.send(request), ROLES, headers);
    },
  }) satisfies Record<string, CheckFunction>;

const FAILS_WITH_HOST = [{ effect: 'no-credentials', clients: 'all' }] as const;
const ALL_WITH_ENDPOINT = FAILS_WITH_HOST;

function expectRefusal(attempt: CheckAttempt, exchange: Exchange): void {
  const { status } = attempt.requireResponse(exchange);
  if (status < 400) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, exchange);
}
