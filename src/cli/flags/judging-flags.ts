import type { Command } from 'commander';
import type { Instant, Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { areJobsAmbiguous, type StoredReportOptions } from '../../watch/stored-report.ts';
import { ignoreVariable } from './environment/flag-variables.ts';
import { InvalidValueError } from './invalid-value.ts';
import { createMarginFlag } from './shared-flags.ts';
import {
  parseConfidenceFlag,
  parseDurationFlag,
  parseName,
  parseRepeated,
  parseShareFlag,
} from './value-parsers.ts';

/** Flags for verdicts from history. */
export interface JudgingFlags {
  jobDuration?: readonly Seconds[];
  job?: readonly string[];
  margin: Seconds;
  maxAge?: Seconds;
  confidence?: number;
  minWatched?: number;
}

/** The flags of {@link addJudgingFlags}. */
export const JUDGING_FLAGS = [
  '--job-duration',
  '--job',
  '--margin',
  '--max-age',
  '--confidence',
  '--min-watched',
];

/** Without a job there is no verdict, so a CI step with one of these flags would always succeed. */
export const EVIDENCE_FLAGS = ['--confidence', '--min-watched'];

export function addJudgingFlags(command: Command): Command {
  // A named job has its own duration, and `auto` needs a name.
  ignoreVariable(command, '--job-duration', (text, { has }) => isAuto(text) || has('--job'));
  return command
    .option(
      '-j, --job-duration <duration>',
      'judge a job that uses its initial credentials for this time, for example 5h; may be repeated',
      parseRepeated(parseReportDuration),
    )
    .option(
      '--job <name>',
      'judge this job by its longest run, which `exec --job` recorded; may be repeated',
      parseRepeated(parseName),
    )
    .addOption(createMarginFlag())
    .option(
      '--max-age <duration>',
      'report `unknown` if the newest sample is older than this (default: 24h; no limit for imported samples)',
    )
    .option(
      '--confidence <share>',
      'report `unknown` if this confidence needs more rotations than were seen (95% needs at least 19)',
      parseConfidenceFlag,
    )
    .option(
      '--min-watched <share>',
      'report `unknown` if less than this share of the time was watched, for example 95%',
      parseShareFlag,
    );
}

const isAuto = (text: string) => text.trim().toLowerCase() === 'auto';

/** `auto` is a value of this flag in other commands. */
function parseReportDuration(text: string): Seconds {
  if (!isAuto(text)) return parseDurationFlag(text);
  throw new InvalidValueError(
    'is not a duration',
    'remove -j: --job NAME judges by the longest run of the job',
  );
}

/**
 * Converts flags to the options of a report.
 * @throws CredWatchError if several `--job-duration` and `--job` are given
 */
export function toReportOptions(
  flags: JudgingFlags,
  filter: SeriesFilter,
  { now, machine }: { now: Instant; machine: string },
): StoredReportOptions {
  const jobs = { durations: flags.jobDuration ?? [], names: flags.job ?? [] };
  if (areJobsAmbiguous(jobs)) {
    throw new CredWatchError(
      'the flags do not say which --job-duration belongs to which --job',
      'with several jobs, use only -j or only --job: a named job has the duration of its longest run',
    );
  }
  const { margin, maxAge = 'default' as const, confidence = null, minWatched = null } = flags;
  return { filter, jobs, margin, maxAge, confidence, minWatched, now, machine };
}
