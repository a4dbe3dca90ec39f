import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { generationNotes } from '../../messages/generations.ts';
import { writeInstant } from '../../text/writing.ts';
import type { GenerationRow } from './row.ts';

export const GENERATION_COLUMNS = [
  'first seen',
  'last seen',
  'issued',
  'expires',
  'validity when issued',
  'lead time',
  'interval',
  'samples',
  'notes',
] as const;

const length = (seconds: Seconds | null) => (seconds === null ? '–' : formatDuration(seconds));

/** One row of the table of generations, for the page as it is written and for its script. */
export const generationCells = (row: GenerationRow): string[] => [
  writeInstant(row.firstSeen),
  writeInstant(row.lastSeen),
  row.issued === null ? '–' : writeInstant(row.issued),
  writeInstant(row.expiration),
  length(row.validityWhenIssued),
  length(row.leadTime),
  length(row.interval),
  row.samples.toLocaleString('en-US'),
  generationNotes(row.notes, (row.to - row.lastSeen) / 1000).join('; '),
];
