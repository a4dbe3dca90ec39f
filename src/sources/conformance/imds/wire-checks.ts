import { LATE_RESPONSE_MS } from '../../../domain/conformance/client-limits.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { CONCURRENT_READS } from '../limits.ts';
import type { Exchange } from '../prober.ts';
import { exchangeRaw } from '../raw-exchange.ts';
import { type ImdsFacts, INSTANCE_ID, LONGEST_TTL, ROLES, readToken, TTL_HEADER } from './imds-facts.ts';

/** Checks of HTTP itself. */
export const createWireChecks = (facts: ImdsFacts) =>
  ({
    'response-time': async (attempt) => {
      const token = await facts.getTokenExchange();
      const list = await facts.getRoleList();
      const cold = [token, list, ...facts.documents.slice(0, 1)];
      judgeDuration(attempt, cold, 1);
      const status = list.response?.status;
      // There is nothing to read many times.
      if (status !== 200 && status !== 404) return;
      const warm = await Promise.all(
        Array.from({ length: CONCURRENT_READS }, () => readForLoad(facts, status)),
      );
      judgeDuration(attempt, warm, CONCURRENT_READS);
      const [failed] = warm.filter(({ response }) => response?.status !== status);
      if (failed !== undefined) attempt.expectStatus(failed, [status]);
    },
    methods: async (attempt) => {
      await facts.requireAccess();
      const get = await facts.getInstanceId();
      const head = await facts.send({
        method: 'HEAD',
        path: INSTANCE_ID,
        headers: await facts.getTokenHeaders(),
      });
      judgeHead(attempt, attempt.use(get), head);
      if (readToken(await facts.getTokenExchange()) === null) return;
      const token = await facts.get('/latest/api/token');
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
      const exchange = await facts.send({ method: 'PUT', path: '/latest/api/token', headers }, exchangeRaw);
      const { status } = attempt.requireResponse(exchange);
      if (status < 300) attempt.fail({ code: 'REQUEST_ACCEPTED', status }, exchange);
      else attempt.expectStatus(exchange, [417], [{ effect: 'no-credentials', clients: ['s3fs'] }]);
    },
  }) satisfies Record<string, CheckFunction>;

/** Reads the credentials like many clients that start at the same time. Without a role, reads the list. */
async function readForLoad(facts: ImdsFacts, listStatus: number): Promise<Exchange> {
  return listStatus === 200 && facts.documents.length > 0
    ? facts.readDocument(await facts.requireRole())
    : facts.read(ROLES);
}

function judgeDuration(attempt: CheckAttempt, exchanges: readonly Exchange[], concurrentCount: number): void {
  const answered = exchanges.filter(({ response }) => response !== null);
  const [slowest] = answered.sort((one, other) => other.durationMs - one.durationMs);
  if (slowest === undefined) return;
  attempt.use(slowest);
  if (slowest.durationMs <= LATE_RESPONSE_MS) return;
  attempt.fail(
    { code: 'RESPONSE_SLOW', milliseconds: Math.round(slowest.durationMs), concurrentCount },
    slowest,
  );
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
