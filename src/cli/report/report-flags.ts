import type { GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { type Invocation, rejectFlags } from '../command.ts';
import type { ExitCodeStyle } from '../flags/exit-codes.ts';
import { EVIDENCE_FLAGS, type JudgingFlags } from '../flags/judging-flags.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { SelectionFlags } from '../flags/selection-flags.ts';
import type { TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import type { RequestedFormat } from './outputs.ts';

export interface ReportFlags extends SelectionFlags, JudgingFlags, ListeningFlags, TimeZoneFlag {
  refreshInterval?: Seconds;
  format?: readonly RequestedFormat[];
  output?: string;
  ascii?: boolean;
  retired?: boolean;
  top?: number;
  presign?: readonly Seconds[];
  namespace?: string;
  fleet?: boolean;
  groupBy?: GroupBy;
  exitCodes: ExitCodeStyle;
}

const PRESIGN_FORMATS: readonly string[] = ['table', 'json'];

/** The flags that describe an output, and the flags that affect only the server of `--listen`. */
const OUTPUT_FLAGS = ['--format', '--output', '--presign', '--retired', '--top', '--ascii'];
const SERVER_FLAGS = ['--allow-remote', '--allow-host', '--refresh-interval'];

/** @throws CredWatchError if flags cannot be combined */
export function validateReportFlags(
  { jobDuration = [], job = [], presign = [], format = [], listen, exitCodes }: ReportFlags,
  invocation: Invocation,
): void {
  if (listen.length > 0) {
    const hint = 'the server has the page, /report.json and /metrics: remove the flag';
    rejectFlags(invocation, OUTPUT_FLAGS, 'and --listen cannot be combined', hint);
    if (exitCodes === 'nagios')
      rejectFlags(invocation, ['--exit-codes'], 'nagios and --listen cannot be combined', 'remove --listen');
  } else rejectFlags(invocation, SERVER_FLAGS, 'needs --listen', 'add --listen 127.0.0.1:9464');
  const other = format.find((each) => !PRESIGN_FORMATS.includes(each.format));
  if (presign.length > 0 && other !== undefined)
    rejectFlags(invocation, ['--presign'], `cannot be shown as ${other.format}`, 'use -f table or -f json');
  if (!format.some((each) => each.format === 'emf'))
    rejectFlags(invocation, ['--namespace'], 'needs -f emf', 'add -f emf, or remove --namespace');
  if (jobDuration.length > 0 || job.length > 0 || presign.length > 0) return;
  rejectFlags(invocation, EVIDENCE_FLAGS, 'needs a job to judge', 'add -j: `cred-watch report -j 4h`');
}
