import type { EndedJob, ExpiryWarningCode } from '../../domain/running-job/running-job.ts';
import {
  adviseEndedJob,
  describeEndedJob,
  describeExpiryWarning,
  type ExpiryInstants,
} from '../../report/messages/running-job/running-job.ts';
import { type TimeFormat, UTC_TIMES } from '../../report/text/time-format.ts';
import type { Io } from '../process/io.ts';
import { printNote, printWarning } from '../process/messages.ts';

/** @param subject `the command` or `process 4711` */
export function printExpiryWarning(
  io: Io,
  code: ExpiryWarningCode,
  subject: string,
  instants: ExpiryInstants,
  times: TimeFormat = UTC_TIMES,
): Promise<void> {
  const { message, hint } = describeExpiryWarning(code, subject, instants, times);
  return printWarning(io, message, hint);
}

export function printEndedJob(io: Io, ended: EndedJob): Promise<void> {
  return ended.outcome === 'in-time'
    ? printNote(io, describeEndedJob(ended))
    : printWarning(io, describeEndedJob(ended), adviseEndedJob(ended));
}
