import type { AssessedJob } from '../../domain/assessment.ts';
import { formatDuration as duration } from '../../domain/duration.ts';
import {
  closestRunMessage,
  jobRunsMessage,
  longestRunMessage,
  runningMessage,
} from '../messages/job-runs.ts';
import { definitions } from './definitions.ts';
import type { Markup } from './markup.ts';

/** What is recorded of a named job's runs. */
export function jobRuns({ name, runs, isLengthOfRun }: AssessedJob): Markup | null {
  if (runs === null || runs.runCount === 0) return null;
  const { finished, running, length } = runs;
  return definitions([
    ['job', jobRunsMessage(name!, runs)],
    running !== null && ['newest run', runningMessage(running, isLengthOfRun && length?.goesOn === true)],
    finished !== null && [
      'duration',
      `${duration(finished.duration.min)} min · ${duration(finished.duration.median)} median · ${duration(finished.duration.max)} max`,
    ],
    finished !== null && [
      'longest run',
      longestRunMessage(finished.longest, isLengthOfRun && length?.goesOn === false),
    ],
    finished !== null && ['closest call', closestRunMessage(finished.closest)],
  ]);
}
