import { FLEET_FORMATS, isFleetFormat } from '../../report/fleet/formats.ts';
import type { ReportFormat } from '../../report/formats.ts';
import { type Invocation, rejectFlags } from '../command.ts';

/**
 * Rejects flags that only a report of single series has.
 * @param isPeriodOfStoredValues see `FleetContext`
 * @throws CredWatchError
 */
export function rejectSeriesFlags(
  invocation: Invocation,
  formats: readonly ReportFormat[],
  isPeriodOfStoredValues: boolean,
): void {
  rejectFlags(
    invocation,
    ['--retired'],
    'shows series, and --fleet shows hosts',
    'see the series of one host with `cred-watch report --host NAME --retired`',
  );
  rejectFlags(
    invocation,
    ['--presign'],
    'cannot be judged for a fleet',
    'judge one host with `cred-watch report --host NAME --presign 7d`',
  );
  const other = formats.find((format) => !isFleetFormat(format));
  const names = Object.keys(FLEET_FORMATS);
  if (other !== undefined)
    rejectFlags(
      invocation,
      ['--format'],
      `${other} cannot show a fleet`,
      `use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}; or leave out --fleet: \`cred-watch report -f ${other}\` shows each series of all hosts`,
    );
  if (isPeriodOfStoredValues)
    rejectFlags(
      invocation,
      ['--confidence', '--min-watched'],
      'needs the whole history, and not the stored values of a period',
      'remove --since and --until, or report one host with --host NAME and without --fleet',
    );
}
