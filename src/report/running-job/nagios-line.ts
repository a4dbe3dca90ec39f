import { formatDuration as duration } from '../../domain/time/duration.ts';
import { describeProcess, describeRunningUnknownReason } from '../messages/running-job/running-job.ts';
import { formatNagiosLine, formatRemainingData } from '../text/nagios-line.ts';
import type { RunningJobView } from './view.ts';

export function renderRunningJobNagios({ pid, judgement }: RunningJobView): string {
  const { verdict, unknownReason, remaining, required } = judgement;
  const needs = required === null ? '' : `, needs ${duration(required)}`;
  const text =
    unknownReason === null
      ? `${remaining < 0 ? `credentials expired ${duration(-remaining)} ago` : `${duration(remaining)} left`}${needs}`
      : describeRunningUnknownReason(unknownReason, pid).message;
  const data = formatRemainingData(remaining, required, null);
  return formatNagiosLine(verdict, `${describeProcess(pid)}: ${text}`, data);
}
