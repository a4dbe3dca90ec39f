import { affects } from '../../../domain/conformance/usual-effects.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { exchangeRaw } from '../exchanges/raw-exchange.ts';
import { judgeDuration, judgeLoad } from '../judgements/response-times.ts';
import { CONCURRENT_READS } from '../limits.ts';
import type { ImdsFacts } from './imds-facts.ts';
import {
  getStatus,
  INSTANCE_ID,
  LONGEST_TTL,
  ROLES,
  readToken,
  TOKEN_PATH,
  TTL_HEADER,
} from './imds-responses.ts';

/** Checks of HTTP itself. */
export const createWireChecks = (facts: ImdsFacts) =>
  ({
    'response-time': async (attempt) => {
      // Each exchange is judged at once, because the next request can exceed the time limit of the run.
      judgeDuration(attempt, [await facts.getTokenExchange()], 1);
      if (attempt.hasFailed) return;
      const list = await facts.getRoleList();
      judgeDuration(attempt, [list, ...facts.documents.slice(0, 1)], 1);
      // Concurrent reads would be late too.
      if (attempt.hasFailed) return;
      const status = getStatus(list);
      // With other statuses, or with tokens that work once, the same read cannot be sent many times.
      if ((status !== 200 && status !== 404) || facts.session.needsNewTokens) return;
      const warm = await Promise.all(
        Array.from({ length: CONCURRENT_READS }, () => readForLoad(facts, status)),
      );
      judgeDuration(attempt, warm, CONCURRENT_READS);
      judgeLoad(attempt, warm, status);
    },
    methods: async (attempt) => {
      await facts.requireAccess();
      const { session } = facts;
      const get = await facts.getInstanceId();
      const head = await session.send({
        method: 'HEAD',
        path: INSTANCE_ID,
        headers: await session.getWorkingHeaders(),
      });
      judgeHead(attempt, attempt.use(get), head);
      // A list cannot be replaced, so no endpoint can take this request for a change.
      const put = await session.send({
        method: 'PUT',
        path: ROLES,
        headers: await session.getWorkingHeaders(),
      });
      const { status } = attempt.requireResponse(put);
      if (status < 400) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, put);
      if (readToken(await facts.getTokenExchange()) === null) return;
      const token = await session.get(TOKEN_PATH);
      if (!attempt.expectStatus(token, [405])) return;
      const allow = attempt.requireResponse(token).getHeader('allow');
      if (allow === null || !/\bPUT\b/.test(allow)) {
        const value = allow === null ? null : attempt.quote(allow);
        attempt.fail({ code: 'UNEXPECTED_HEADER', header: 'allow', value, expected: 'allows-put' }, token);
      }
    },
    'expect-refused': async (attempt) => {
      await facts.requireToken();
      const headers = { [TTL_HEADER]: String(LONGEST_TTL), expect: '100-continue' };
      const exchange = await facts.session.send({ method: 'PUT', path: TOKEN_PATH, headers }, exchangeRaw);
      const { status } = attempt.requireResponse(exchange);
      if (status < 300) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, exchange);
      else attempt.expectStatus(exchange, [417], [affects('no-credentials', 's3fs')]);
    },
  }) satisfies Record<string, CheckFunction>;

/** Reads the credentials like many clients that start at the same time. Without a role, reads the list. */
async function readForLoad(facts: ImdsFacts, listStatus: number): Promise<Exchange> {
  return listStatus === 200 && facts.hasDocument
    ? facts.readDocument(await facts.requireRole())
    : facts.session.read(ROLES);
}

function judgeHead(attempt: CheckAttempt, get: Exchange, head: Exchange): void {
  const { status, getHeader } = attempt.requireResponse(head);
  if (get.response === null) return;
  if (status !== get.response.status)
    attempt.fail({ code: 'UNEXPECTED_STATUS', status, expected: [get.response.status] }, head);
  const [length, expected] = [getHeader('content-length'), get.response.getHeader('content-length')];
  if (length !== null && expected !== null && length !== expected) {
    attempt.fail(
      {
        code: 'UNEXPECTED_HEADER',
        header: 'content-length',
        value: attempt.quote(length),
        expected: 'same-as-get',
      },
      head,
    );
  }
}
