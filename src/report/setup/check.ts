import type { Instant } from '../../domain/model.ts';
import type { CheckState, SetupCheck } from '../../domain/setup/setup-check.ts';
import { isSetupComplete } from '../../domain/setup/setup-checks.ts';
import type { EndpointAnswer } from '../../domain/setup/setup-facts.ts';
import { formatSocketAddress, type SocketAddress } from '../../domain/setup/setup-plan.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { describeSetupCheck, type SetupContext } from '../messages/setup/checks.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutColumns } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { formatCount } from '../text/format-values.ts';

const STATE_WIDTH = 9;

/** One row for each check. A command is never wrapped, so that it can be copied. */
export function renderSetupCheck(
  checks: readonly SetupCheck[],
  context: SetupContext,
  style: TextStyle,
): string {
  const palette = createPalette(style);
  const widths = [STATE_WIDTH, clampWidth(style.width) - STATE_WIDTH];
  const rows = checks.flatMap((check) => {
    const { message, fix } = describeSetupCheck(check, context);
    const text = layOutColumns([[check.state, message]], widths, palette).replace(
      /^\w+/,
      paintState(check.state, palette),
    );
    return fix === null ? [text] : [text, `${' '.repeat(STATE_WIDTH)}→ ${fix}`];
  });
  return `${[renderHeadline(checks, palette), '', ...rows].join('\n')}\n`;
}

function renderHeadline(checks: readonly SetupCheck[], { bold, good, bad }: Palette): string {
  if (isSetupComplete(checks)) return bold(good('the set-up is complete'));
  const count = checks.filter(({ state }) => state === 'missing').length;
  return bold(bad(`the set-up is not complete: ${formatCount(count, 'problem')}`));
}

const paintState = (state: CheckState, { good, bad, warning }: Palette): string =>
  ({ ok: good, missing: bad, unknown: warning, note: warning })[state](state);

/** `serve --setup-check -f json`. */
export function renderSetupCheckJson(
  checks: readonly SetupCheck[],
  context: SetupContext,
  now: Instant,
): string {
  const { plan, system } = context;
  const document = {
    schema_version: 1,
    generated_at: formatInstant(now),
    system,
    is_complete: isSetupComplete(checks),
    routes: plan.routes.map(({ address, target }) => ({ address, target: formatNullable(target) })),
    bridges: plan.bridges,
    checks: checks.map((check) => ({ ...buildCheckJson(check), ...describeSetupCheck(check, context) })),
  };
  return `${toJson(document, 2)}\n`;
}

const formatNullable = (address: SocketAddress | null) => address && formatSocketAddress(address);

function buildCheckJson(check: SetupCheck): object {
  const { code, state } = check;
  switch (check.code) {
    case 'ADDRESS':
      return { code, state, address: check.address, interface: check.interface };
    case 'REDIRECT': {
      const { address, target, otherTarget, unknownReason } = check;
      return {
        ...{ code, state, address, target: formatSocketAddress(target) },
        ...{ other_target: formatNullable(otherTarget), unknown_reason: unknownReason },
      };
    }
    case 'SERVER':
      return {
        code,
        state,
        target: formatSocketAddress(check.target),
        answer: buildAnswerJson(check.answer),
      };
    case 'ROUTE': {
      const { address, target, answer } = check;
      return { code, state, address, target: formatSocketAddress(target), answer: buildAnswerJson(answer) };
    }
    case 'BRIDGE':
      return {
        ...{ code, state, bridge: check.bridge },
        ...{ problem: check.problem, unknown_reason: check.unknownReason },
      };
    default:
      return check;
  }
}

function buildAnswerJson(answer: EndpointAnswer) {
  switch (answer.kind) {
    case 'cred-watch': {
      const { kind, user, pid, roles } = answer;
      return { kind, user: escapeUnprintable(user), pid, role_names: roles.map(escapeUnprintable) };
    }
    case 'other':
      return { kind: answer.kind, status: answer.status, server: escapeUnprintable(answer.server) };
    default:
      return answer;
  }
}
