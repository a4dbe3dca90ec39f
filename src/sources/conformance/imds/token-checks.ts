import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { BAD_REQUEST_EFFECTS, NO_TOKEN_EFFECTS } from '../../../domain/conformance/imds-checks.ts';
import { ALL_FAIL, affects } from '../../../domain/conformance/usual-effects.ts';
import type { Seconds } from '../../../domain/model.ts';
import { isThrottled } from '../../http/status.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { findTokenProblem } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import type { ImdsFacts } from './imds-facts.ts';
import { getStatus, LONGEST_TTL, ROLES, TTL_HEADER } from './imds-responses.ts';

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
      const isToken = findTokenProblem(exchange.response?.body ?? null) === null;
      if (getStatus(exchange) === 200 && isToken) attempt.use(exchange);
      else if (await facts.isTokenRefused()) throw new SkippedCheck({ code: 'NO_CREDENTIALS' });
      else judgeMissingToken(attempt, exchange, await chooseMissingTokenEffects(facts, exchange));
    },
    'token-ttl-header': async (attempt) => {
      const exchange = await facts.requireToken();
      const value = attempt.requireResponse(exchange).getHeader(TTL_HEADER);
      const ttl = parseTtl(value);
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
      if (status !== null && isTokenRefusal(status)) attempt.expectStatus(token, NO_TOKENS);
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

/** NaN for a value that is not a number of seconds, and for a missing header. */
const parseTtl = (value: string | null): Seconds =>
  value !== null && /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;

/** Redirects, throttling and errors of the server do not say that there are no tokens. */
const isTokenRefusal = (status: number) => status >= 400 && status < 500 && !isThrottled(status);

/** Words of error pages are shorter than tokens. */
const TOKEN_WORD = /(?<![^\s>])[\w+/=-]{40,}(?![^\s<])/;

const containsToken = ({ response }: Exchange) => TOKEN_WORD.test(response?.body ?? '');

/** Without the TTL header, Go requests the credentials with IMDSv1. */
const GO_USES_V1 = [affects('no-credentials', 'rust'), affects('uses-imds-v1', 'go')];

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
  const problem = findTokenProblem(exchange.response?.body ?? null);
  if (problem !== null) attempt.fail({ code: 'UNEXPECTED_BODY', problem }, exchange, effects);
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

/** Servers count whole seconds, and a request takes some time. */
const TTL_TOLERANCE: Seconds = 2;

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
        const left = parseTtl(value);
        const due = LONGEST_TTL - (exchange.startedAt - token.startedAt) / 1000;
        // The endpoint can take its time at any moment during each of the two requests.
        const slack = TTL_TOLERANCE + Math.max(token.durationMs, exchange.durationMs) / 1000;
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

/** The short token is valid for one second. A server that counts whole seconds can add another second. */
const EXPIRY_WAIT_MS = 2100;

/** Some statuses make SDKs continue with IMDSv1. */
function expectRefusal(attempt: CheckAttempt, exchange: Exchange): void {
  const status = exchange.response?.status ?? 0;
  attempt.expectStatus(exchange, [401], NO_TOKENS.includes(status) ? NO_TOKEN_EFFECTS : undefined);
}
