import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { BAD_REQUEST_EFFECTS, NO_TOKEN_EFFECTS } from '../../../domain/conformance/imds-checks.ts';
import { ALL_FAIL } from '../../../domain/conformance/usual-effects.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { Exchange } from '../prober.ts';
import type { ImdsFacts } from './imds-facts.ts';
import { getStatus, LONGEST_TTL, ROLES, readToken, TTL_HEADER } from './imds-responses.ts';

/** Statuses with which IMDS says that it serves no tokens. SDKs then use IMDSv1. */
const NO_TOKENS = [403, 404, 405];

/** A dated path of IMDS. Tokens are only served under `latest`. */
const DATED_TOKEN_PATH = '/2021-03-23/api/token';

const INVALID_TTLS = [null, '0', String(LONGEST_TTL + 1), 'one-hour'];

/** Checks of the token request of IMDSv2. */
export const createTokenChecks = (facts: ImdsFacts) =>
  ({
    'token-issued': async (attempt) => {
      const exchange = await facts.getTokenExchange();
      if (readToken(exchange) !== null && isToken(exchange.response?.body)) attempt.use(exchange);
      else judgeMissingToken(attempt, exchange, await chooseMissingTokenEffects(facts, exchange));
    },
    'token-ttl-header': async (attempt) => {
      const exchange = await facts.requireToken();
      const value = attempt.requireResponse(exchange).getHeader(TTL_HEADER);
      const ttl = value !== null && /^\d{1,5}$/.test(value) ? Number(value) : 0;
      if (ttl >= 1 && ttl <= LONGEST_TTL) return;
      const effects = (await facts.isV1Allowed()) ? GO_USES_V1 : undefined;
      failHeader(attempt, exchange, value, 'seconds-granted', effects);
    },
    'token-ttl-validated': async (attempt) => {
      await facts.requireToken();
      for (const ttl of INVALID_TTLS) {
        const exchange = await facts.session.putToken(ttl);
        if (attempt.expectStatus(exchange, [400]) && containsToken(exchange)) {
          attempt.fail({ code: 'UNEXPECTED_BODY', problem: 'has-token' }, exchange);
        }
      }
      // The other end of the range is valid.
      attempt.expectStatus(await facts.getShortTokenExchange(), [200]);
    },
    'token-refusal-status': async (attempt) => {
      const token = attempt.use(await facts.getTokenExchange());
      const status = getStatus(token);
      if (status !== null && isRefusal(status)) attempt.expectStatus(token, NO_TOKENS);
      const invalid = attempt.use(await facts.getWithInvalidToken());
      const refusal = getStatus(invalid) ?? 0;
      if (status !== 200 || !NO_TOKENS.includes(refusal)) return;
      // Without a role, IMDS may respond with 404 before it looks at the token.
      if (refusal === 404 && (await facts.isWithoutRole())) return;
      attempt.expectStatus(invalid, [401]);
    },
    'token-path-exact': async (attempt) => {
      await facts.requireToken();
      for (const path of [DATED_TOKEN_PATH, '/latest/api/token/']) {
        attempt.expectStatus(await facts.session.putToken(String(LONGEST_TTL), {}, path), [403]);
      }
    },
  }) satisfies Record<string, CheckFunction>;

/** Redirects, throttling and errors of the server do not say that there are no tokens. */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 429;

/** A word of this length in the body of an error. */
const TOKEN_WORD = /(?<![^\s>])[\w+/=-]{40,}(?![^\s<])/;

const containsToken = ({ response }: Exchange) => TOKEN_WORD.test(response?.body ?? '');

/** Without the TTL header, Go requests the credentials with IMDSv1. */
const GO_USES_V1: readonly ClientEffect[] = [
  { effect: 'no-credentials', clients: ['rust'] },
  { effect: 'uses-imds-v1', clients: ['go'] },
];

const isToken = (text: string | null | undefined) => /^[\x21-\x7e]+$/.test(text ?? '');

/** IMDSv1 helps only if the endpoint allows it. */
async function chooseMissingTokenEffects(
  facts: ImdsFacts,
  exchange: Exchange,
): Promise<readonly ClientEffect[]> {
  if (!(await facts.isV1Allowed())) return ALL_FAIL;
  return getStatus(exchange) === 400 ? BAD_REQUEST_EFFECTS : NO_TOKEN_EFFECTS;
}

function judgeMissingToken(
  attempt: CheckAttempt,
  exchange: Exchange,
  effects: readonly ClientEffect[],
): void {
  if (!attempt.expectStatus(exchange, [200], effects)) return;
  const token = exchange.response?.body ?? null;
  const fail = (problem: 'not-utf8' | 'empty' | 'line-end' | 'not-ascii') =>
    attempt.fail({ code: 'UNEXPECTED_BODY', problem }, exchange, effects);
  if (token === null) fail('not-utf8');
  else if (token === '') fail('empty');
  else fail(/[\r\n]/.test(token) ? 'line-end' : 'not-ascii');
}

function failHeader(
  attempt: CheckAttempt,
  exchange: Exchange,
  value: string | null,
  expected: 'seconds-granted' | 'seconds-left',
  effects?: readonly ClientEffect[],
): void {
  const shown = value === null ? null : attempt.quote(value);
  attempt.fail({ code: 'UNEXPECTED_HEADER', header: TTL_HEADER, value: shown, expected }, exchange, effects);
}

/** Clocks of whole seconds, and the time that a request takes. */
const TTL_TOLERANCE_SECONDS = 2;

/** Checks of the use of a token. The last ones judge the reads of all other checks, and wait for the short token. */
export const createTokenUseChecks = (facts: ImdsFacts) =>
  ({
    'invalid-token-refused': async (attempt) => {
      await facts.requireToken();
      const isV1Allowed = await facts.isV1Allowed();
      const invalid = await facts.getWithInvalidToken();
      const open = await facts.getWithoutToken();
      if (isV1Allowed) {
        // With IMDSv1, real endpoints differ: 401, or the token is ignored.
        attempt.expectStatus(invalid, [401, 200, ...((await facts.isWithoutRole()) ? [404] : [])]);
        return;
      }
      for (const exchange of [open, invalid]) expectRefusal(attempt, exchange);
    },
    'token-reusable': async (attempt) => {
      await facts.requireToken();
      await facts.requireAccess();
      const { session } = facts;
      const [refused] = session.refusedReads;
      if (refused !== undefined) {
        attempt.expectStatus(refused, [200]);
        return;
      }
      for (const exchange of session.plainReads.slice(0, 2)) attempt.use(exchange);
      const list = getStatus(await facts.getRoleList()) ?? 0;
      for (const exchange of await session.readOverOneConnection(2)) attempt.expectStatus(exchange, [list]);
    },
    'token-remaining-ttl': async (attempt) => {
      const token = await facts.requireToken();
      await facts.requireAccess();
      if (facts.session.refusedReads.length > 0) {
        throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'token-reusable' });
      }
      const [document] = facts.hasDocument ? facts.documents : [];
      const first = document ?? (await facts.getInstanceId());
      for (const exchange of [first, await facts.getLastRead()]) {
        const value = attempt.requireResponse(exchange).getHeader(TTL_HEADER);
        const left = value !== null && /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
        const due = LONGEST_TTL - (exchange.startedAt - token.startedAt) / 1000;
        // The endpoint counts from any moment of the token request to any moment of this one.
        const slack = TTL_TOLERANCE_SECONDS + Math.max(token.durationMs, exchange.durationMs) / 1000;
        if (Math.abs(left - due) <= slack) continue;
        failHeader(attempt, exchange, value, 'seconds-left');
        return;
      }
    },
    'token-expires': async (attempt) => {
      await facts.requireToken();
      const headers = await facts.requireShortTokenHeaders();
      const issued = attempt.use(await facts.getShortTokenExchange());
      const { clock, signal } = facts.session.prober;
      const end = issued.startedAt + issued.durationMs + EXPIRY_WAIT_MS;
      await clock.sleep(Math.max(0, end - clock.now()), signal);
      const late = await facts.session.get(ROLES, headers);
      if ((await facts.isV1Allowed()) && getStatus(late) !== 401) {
        attempt.use(late);
        throw new SkippedCheck({ code: 'IMDS_V1_ALLOWED' });
      }
      expectRefusal(attempt, late);
    },
  }) satisfies Record<string, CheckFunction>;

/** The short token is valid for one second. Clocks of whole seconds add up to another one. */
const EXPIRY_WAIT_MS = 2100;

/** SDKs read some statuses as: there are no tokens. */
function expectRefusal(attempt: CheckAttempt, exchange: Exchange): void {
  const status = exchange.response?.status ?? 0;
  attempt.expectStatus(exchange, [401], NO_TOKENS.includes(status) ? NO_TOKEN_EFFECTS : undefined);
}
