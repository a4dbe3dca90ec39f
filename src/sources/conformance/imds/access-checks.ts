import { ALL_FAIL, affects } from '../../../domain/conformance/usual-effects.ts';
import { isLoopbackUrl } from '../../http/addresses.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { judgeCrossOrigin } from '../judgements/cross-origin.ts';
import type { ImdsFacts } from './imds-facts.ts';
import { getStatus, LONGEST_TTL, ROLES, readToken } from './imds-responses.ts';
import { IMDS_HOSTS } from './imds-session.ts';

const FORWARDED = { 'x-forwarded-for': '192.0.2.1' };
/** Reserved for documents (RFC 6761), so no client uses it. */
const FOREIGN_HOST = 'rebind.example';

/** Checks that proxies and web pages cannot read credentials. */
export const createAccessChecks = (facts: ImdsFacts) =>
  ({
    'forwarded-request-refused': async (attempt) => {
      const { session } = facts;
      if (readToken(await facts.getTokenExchange()) !== null) {
        expectRefusal(attempt, await session.putToken(String(LONGEST_TTL), FORWARDED));
      }
      const headers = { ...(await session.getWorkingHeaders()), ...FORWARDED };
      expectRefusal(attempt, await session.get(ROLES, headers));
    },
    'host-header': async (attempt) => {
      const { session } = facts;
      const { url } = session.prober;
      // The documents of AWS do not say what the service does. No host name on the internet resolves to it.
      if (IMDS_HOSTS.includes(url.hostname)) throw new SkippedCheck({ code: 'LINK_LOCAL_ADDRESS' });
      await facts.requireAccess();
      const status = getStatus(await facts.getRoleList()) ?? 0;
      const read = async (host: string) =>
        session.get(ROLES, { ...(await session.getWorkingHeaders()), host });
      const [refused] = session.refusedHost;
      if (refused === undefined) {
        const names = isLoopbackUrl(url) ? [url.port === '' ? 'localhost' : `localhost:${url.port}`] : [];
        for (const host of [...names, ...IMDS_HOSTS.slice(0, 1)]) {
          attempt.expectStatus(await read(host), [status], FAILS_WITH_HOST);
        }
      } else attempt.expectStatus(refused, [200], ALL_FAIL);
      const foreign = attempt.use(await read(FOREIGN_HOST));
      // A closed connection is a refusal too.
      if (getStatus(foreign) === status) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, foreign);
    },
    'no-cross-origin': async (attempt) => {
      const { session } = facts;
      const headers = await session.getWorkingHeaders();
      await judgeCrossOrigin(attempt, session.prober, (request) => session.send(request), ROLES, headers);
    },
  }) satisfies Record<string, CheckFunction>;

const FAILS_WITH_HOST = [affects('no-credentials')];

function expectRefusal(attempt: CheckAttempt, exchange: Exchange): void {
  const { status } = attempt.requireResponse(exchange);
  if (status < 400) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, exchange);
}
