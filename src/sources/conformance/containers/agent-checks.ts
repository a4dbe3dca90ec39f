import { LEAKS } from '../../../domain/conformance/usual-effects.ts';
import { Secret } from '../../../secret.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { findTokenProblem } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { TOKEN_HEADER, TOKEN_PATH, TTL_HEADER } from '../imds/imds-responses.ts';
import { type ContainerFacts, hasKeys } from './container-facts.ts';

/** A host that no endpoint has. RFC 2606 reserves the name. */
const FOREIGN_HOST = 'cred-watch-conform.example';

/** The texts of the agent and of EKS Auth, which users of botocore find in its error message. */
const EXPIRED_TEXT = /token is expired|ExpiredTokenException/;

const TOKEN_TTL = '60';

/** Checks of what only the EKS Pod Identity agent or CloudShell does. */
export const createAgentChecks = (facts: ContainerFacts) =>
  ({
    'eks-agent-errors': async (attempt) => {
      await facts.getDocument();
      const foreign = await facts.responses.getOrSend('foreign host', () =>
        facts.request({ host: FOREIGN_HOST }),
      );
      const { status } = attempt.requireResponse(foreign);
      if (hasKeys(foreign)) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, foreign, LEAKS);
      else attempt.expectStatus(foreign, [403]);
      // A server with another kind of token does not know when a token of EKS expires.
      if (!facts.isJwt) return;
      const expired = await facts.requestWithExpiredToken();
      if (!attempt.expectStatus(expired, [400])) return;
      if (EXPIRED_TEXT.test(expired.response?.body ?? '')) return;
      attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'no-expiry-reason' }, expired);
    },

    'cloudshell-token': async (attempt) => {
      const { exchange, document } = await facts.getDocument();
      attempt.use(exchange);
      if (document.Code !== 'Success') {
        const value = typeof document.Code === 'string' ? attempt.quote(document.Code) : null;
        attempt.fail({ code: 'UNEXPECTED_FIELD', field: 'Code', value, expected: 'success' }, exchange);
      }
      const issued = await facts.responses.getOrSend('token', () => requestToken(facts));
      if (!attempt.expectStatus(issued, [200])) return;
      const token = issued.response?.body ?? '';
      const problem = findTokenProblem(token);
      if (problem !== null) return attempt.fail({ code: 'UNEXPECTED_BODY', problem }, issued);
      await expectCredentials(attempt, await facts.request({ token: new Secret(token) }));
      const headers = { [TOKEN_HEADER]: new Secret(token) };
      await expectCredentials(attempt, await facts.send({ method: 'GET', path: facts.path, headers }));
    },
  }) satisfies Record<string, CheckFunction>;

/** An endpoint may require the token of the environment before it issues a token. */
async function requestToken({ path, send, token }: ContainerFacts): Promise<Exchange> {
  const prefix = path.slice(0, Math.max(path.lastIndexOf('/latest/'), 0));
  const request = {
    method: 'PUT',
    path: `${prefix}${TOKEN_PATH}`,
    headers: { [TTL_HEADER]: TOKEN_TTL },
  } as const;
  const issued = await send(request);
  const isRefused = issued.response?.status === 401 || issued.response?.status === 403;
  return isRefused && token !== null
    ? send({ ...request, headers: { ...request.headers, authorization: token } })
    : issued;
}

async function expectCredentials(attempt: CheckAttempt, exchange: Exchange): Promise<void> {
  if (!attempt.expectStatus(exchange, [200]) || hasKeys(exchange)) return;
  attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'no-keys' }, exchange);
}
