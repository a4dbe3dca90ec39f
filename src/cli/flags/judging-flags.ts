import type { Command } from 'commander';
import type { Instant, Seconds } from '../../domain/model.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { areJobsAmbiguous, type StoredReportOptions } from '../../watch/stored-report.ts';
import {
  parseConfidenceFlag,
  parseDurationFlag,
  parseNameFlag,
  parsePositiveDurationFlag,
  showDefaultDuration,
} from './flags.ts';

/** What to judge, and by what evidence. */
export interface JudgingFlags {
  jobDuration?: readonly Seconds[];
  job?: readonly string[];
  margin: Seconds;
  maxAge?: Seconds;
  confidence?: number;
}

const durations = (text: string, before: readonly Seconds[] = []) => [...before, parseDurationFlag(text)];
const names = (text: string, before: readonly string[] = []) => [...before, parseNameFlag(text)];

/** The flags of a verdict from history. `-j` and `--job` may be repeated. */
export function addJudgingFlags(command: Command): Command {
  command
    .option(
      '-j, --job-duration <duration>',
      'judge a job of this length that froze its credentials at its start; repeat it for more',
      durations,
    )
    .option('--job <name>', 'judge by the longest recorded run of this job, and tell of its runs', names)
    .option(
      '--margin <duration>',
      'spare validity required at the end of the job',
      parseDurationFlag,
      DEFAULT_MARGIN,
    )
    .option(
      '--max-age <duration>',
      'older newest samples make the answer unknown (default: 24h, none if imported)',
      parsePositiveDurationFlag,
    )
    .option('--confidence <share>', 'ask for enough watched rotations: 95% wants 19', parseConfidenceFlag);
  showDefaultDuration(command, '--margin', DEFAULT_MARGIN);
  return command;
}

/**
 * Says what to read and judge.
 * @throws CredWatchError if the pairing of `--job-duration` and `--job` is unclear
 */
export function toReportOptions(
  flags: JudgingFlags,
  filter: SeriesFilter,
  now: Instant,
): StoredReportOptions {
  const jobs = { durations: flags.jobDuration ?? [], names: flags.job ?? [] };
  if (areJobsAmbiguous(jobs)) {
    throw new CredWatchError(
      'cannot tell which --job-duration belongs to which --job',
      'with several jobs, use only -j or only --job: a named job has the duration of its longest run',
    );
  }
  const { margin, maxAge = 'default' as const, confidence = null } = flags;
  return { filter, jobs, margin, maxAge, confidence, now };
}
