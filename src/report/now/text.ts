import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { NowVerdict } from '../../domain/verdict/now-verdict.ts';
import { findingMessage } from '../messages/findings.ts';
import {
  clockSkewNow,
  forecastMessage,
  laterExpirationMessage,
  nowAdvice,
  nowMessage,
  nowUnknownMessage,
  outlookMessage,
  type Waited,
} from '../messages/now.ts';
import { paintAnswer, palette } from '../table/colour.ts';
import { layOut, readableWidth } from '../table/layout.ts';
import { maskKeyId } from '../text/printable.ts';
import { writeInstant, writeRemaining, writeSeries } from '../text/writing.ts';

export interface NowContext extends Waited {
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
}

const LABEL_WIDTH = 16;

/** The verdict now, for a person: the answer in the first line, then what it rests on. */
export function renderNow(verdict: NowVerdict, context: NowContext): string {
  const width = readableWidth(context.width);
  const rows = rowsOf(verdict, context).map(([label, value]) => [`  ${label}`, value]);
  const headline = paintAnswer(verdict.verdict, nowMessage(verdict), palette(context.colour));
  return `${headline}\n${layOut(rows, [LABEL_WIDTH + 2, width - LABEL_WIDTH - 2])}\n`;
}

function rowsOf(verdict: NowVerdict, { waited }: NowContext): [string, string][] {
  const { job, required, credentials, identity, remaining, judgedAt, unknownReason } = verdict;
  const { nextRotation, validityThen, laterExpiration } = verdict;
  const rows: [string, string][] = [];
  if (unknownReason !== null) {
    const { message, hint } = nowUnknownMessage(unknownReason);
    rows.push(['because', message], ['what to do', hint]);
  }
  if (identity !== null && credentials !== null) {
    rows.push(
      ['credentials', `${writeSeries(identity)}  ${maskKeyId(credentials.accessKeyId)}`],
      ['expire', `${writeInstant(credentials.expiration)}, ${writeRemaining(remaining!)}`],
      ...(laterExpiration === null
        ? []
        : [['', laterExpirationMessage(laterExpiration)] as [string, string]]),
      ['required', `${short(required)}: the job and a margin of ${short(job.margin)}`],
    );
  } else if (unknownReason?.code !== 'POLL_FAILED') {
    rows.push(['required', `${short(required)}: the job and a margin of ${short(job.margin)}`]);
  }
  rows.push(...verdict.findings.map((each): [string, string] => ['note', noteOf(each)]));
  if (verdict.verdict === 'safe') return rows;
  if (nextRotation !== null) rows.push(['next rotation', forecastMessage(nextRotation, judgedAt)]);
  if (validityThen !== null && verdict.outlook !== 'never') {
    const { min, max } = validityThen;
    const span = min === max ? duration(min) : `${duration(min)} to ${duration(max)}`;
    rows.push(['validity then', `${span}, as measured so far`]);
  }
  rows.push(['a safe start', outlookMessage(verdict)]);
  const advice = nowAdvice(verdict, { waited });
  if (unknownReason === null && advice !== '') rows.push(['what to do', advice]);
  return rows;
}

const noteOf = (finding: Finding) =>
  finding.code === 'CLOCK_SKEW' ? clockSkewNow(finding.args.seconds as number) : findingMessage(finding);
