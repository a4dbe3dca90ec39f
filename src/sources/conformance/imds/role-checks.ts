import type { BodyProblem } from '../../../domain/conformance/check-result.ts';
import type { ClientEffect } from '../../../domain/conformance/clients.ts';
import { ALL_FAIL, affects } from '../../../domain/conformance/usual-effects.ts';
import { isRole } from '../../role-name.ts';
import type { CheckAttempt, CheckFunction } from '../check-attempt.ts';
import { SkippedCheck, UnreachableEndpoint } from '../check-errors.ts';
import type { Exchange } from '../exchanges/prober.ts';
import type { ImdsFacts } from './imds-facts.ts';
import { ROLES, readToken } from './imds-responses.ts';

/** A valid name that no role has. */
const UNKNOWN_ROLE = 'cred-watch-unknown-role';

/** .NET requests the list without the final slash. */
const DOTNET_FAILS = [affects('no-credentials', 'dotnet')];

/** Checks of the list of roles. */
export const createRoleChecks = (facts: ImdsFacts) =>
  ({
    'role-list': async (attempt) => {
      const token = await facts.getTokenExchange();
      const list = await facts.getRoleList();
      const { status } = attempt.requireResponse(list);
      if (status === 403 && token.response?.status === 403)
        throw new UnreachableEndpoint({ reason: 'disabled', detail: '' });
      if (status === 401 && readToken(token) === null) await facts.requireAccess();
      if (status === 404) throw new SkippedCheck({ code: 'NO_ROLE' });
      if (!attempt.expectStatus(list, [200])) return;
      judgeRoleList(attempt, list);
      await judgeListWithoutSlash(attempt, facts);
    },
    'unknown-role-not-found': async (attempt) => {
      await facts.requireRole();
      const exchange = await facts.session.read(`${ROLES}${UNKNOWN_ROLE}`);
      attempt.expectStatus(exchange, [404]);
    },
    'no-role-not-found': async (attempt) => {
      const list = await facts.getRoleList();
      const { status, body } = attempt.requireResponse(list);
      if (status === 200 && body?.trim() === '') attempt.expectStatus(list, [404]);
      else if (status !== 404) throw new SkippedCheck({ code: 'ROLE_ATTACHED' });
      else attempt.expectStatus(await facts.session.read('/latest/meta-data/iam/'), [404]);
    },
  }) satisfies Record<string, CheckFunction>;

function judgeRoleList(attempt: CheckAttempt, list: Exchange): void {
  const [problem, effects] = findListProblem(list.response?.body ?? null) ?? [];
  if (problem !== undefined) attempt.fail({ code: 'UNEXPECTED_BODY', problem }, list, effects);
}

/** Some SDKs request the whole text as the name of the role. */
function findListProblem(body: string | null): [BodyProblem, ClientEffect[]] | null {
  if (body === null) return ['not-utf8', ALL_FAIL];
  if (body.trim() === '') return ['empty', ALL_FAIL];
  const lines = body.trim().split(/\r?\n/);
  if (!lines.every((line) => isRole(line.trim()))) return ['not-a-role', ALL_FAIL];
  if (lines.length > 1)
    return ['several-lines', [affects('no-credentials', 'botocore', 'javascript', 'rust')]];
  return body === body.trim() ? null : ['line-end', [affects('no-credentials', 'botocore', 'rust')]];
}

async function judgeListWithoutSlash(attempt: CheckAttempt, facts: ImdsFacts): Promise<void> {
  const exchange = await facts.session.read(ROLES.replace(/\/$/, ''));
  const { status, getHeader } = attempt.requireResponse(exchange);
  if (status < 300 || status > 399) {
    attempt.expectStatus(exchange, [200], DOTNET_FAILS);
    return;
  }
  const { origin, host } = facts.session.prober.url;
  const location = getHeader('location') ?? '';
  const target = URL.canParse(location, origin) ? new URL(location, origin).host : '';
  if (target !== host) {
    attempt.fail({ code: 'REDIRECT_TO_OTHER_HOST', host: attempt.quote(target) }, exchange, DOTNET_FAILS);
  }
}
