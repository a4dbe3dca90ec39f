import { isInstallationOk, isPollingUnknown } from '../../domain/installation/check/check-installation.ts';
import type { CheckState, InstallationCheck } from '../../domain/installation/check/installation-check.ts';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { buildFieldsJson } from '../json-fields.ts';
import { describeInstallationCheck } from '../messages/installation/checks.ts';
import type { CheckContext } from '../messages/installation/last-poll.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutColumns } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { formatCount } from '../text/format-values.ts';

const STATE_WIDTH = 9;

/** One row for each check, and its fix below. A fix is never wrapped, so that it can be copied. */
export function renderInstallationCheck(
  checks: readonly InstallationCheck[],
  context: CheckContext,
  style: TextStyle,
): string {
  const palette = createPalette(style);
  const widths = [STATE_WIDTH, clampWidth(style.width) - STATE_WIDTH];
  const rows = checks.flatMap((check) => {
    const { message, fix } = describeInstallationCheck(check, context);
    const text = layOutColumns([[check.state, escapeUnprintable(message)]], widths, palette).replace(
      /^\w+/,
      paintState(check.state, palette),
    );
    return fix === null ? [text] : [text, `${' '.repeat(STATE_WIDTH)}→ ${escapeUnprintable(fix)}`];
  });
  return `${[renderHeadline(checks, palette), '', ...rows].join('\n')}\n`;
}

function renderHeadline(checks: readonly InstallationCheck[], { bold, good, bad, warning }: Palette): string {
  const count = (wanted: CheckState) => checks.filter(({ state }) => state === wanted).length;
  if (!isInstallationOk(checks))
    return bold(bad(`the installation has ${formatCount(count('problem'), 'problem')}`));
  const unknown = count('unknown');
  if (unknown === 0) return bold(good('the installation works'));
  const without = `${formatCount(unknown, 'check')} without a result`;
  return isPollingUnknown(checks)
    ? bold(warning(`it is unknown whether anything keeps sampling: ${without}`))
    : bold(warning(`no problem found, but ${without}`));
}

const paintState = (state: CheckState, { good, bad, warning }: Palette): string =>
  ({ ok: good, problem: bad, unknown: warning, note: warning })[state](state);

/** `init --check -f json`. */
export function renderInstallationCheckJson(
  checks: readonly InstallationCheck[],
  context: CheckContext,
  now: Instant,
): string {
  const document = {
    schema_version: 1,
    generated_at: formatInstant(now),
    database: context.database,
    is_ok: isInstallationOk(checks) && !isPollingUnknown(checks),
    checks: checks.map((check) => {
      const { code, state, ...fields } = check;
      return {
        ...{ code, state, ...buildFieldsJson(fields), ...selectFields(check) },
        ...describeInstallationCheck(check, context),
      };
    }),
  };
  return `${toJson(document, 2)}\n`;
}

/** The fields that are shorter in JSON. As in the other documents, a failure has a reason and a detail. */
function selectFields(check: InstallationCheck) {
  if (check.code === 'POLL_INTERVAL') return { basis: check.basis.code };
  if (check.code === 'OTHER_CREDENTIALS') return { note: check.note.code };
  return check.code === 'CREDENTIALS' && check.failure !== null
    ? { failure: { reason: check.failure.reason, detail: check.failure.detail } }
    : {};
}
