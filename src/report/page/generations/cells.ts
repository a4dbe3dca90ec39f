import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { describeGenerationFlags } from '../../messages/generations.ts';
import { formatNumber, formatTimestamp } from '../../text/format-values.ts';
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

const formatNullableDuration = (seconds: Seconds | null) =>
  seconds === null ? '–' : formatDuration(seconds);

/** One table row, for the static page and for its script. */
export const formatGenerationCells = (row: GenerationRow): string[] => [
  formatTimestamp(row.firstSeen),
  formatTimestamp(row.lastSeen),
  row.issuedAt === null ? '–' : formatTimestamp(row.issuedAt),
  formatTimestamp(row.expiration),
  formatNullableDuration(row.validityWhenIssued),
  formatNullableDuration(row.leadTime),
  formatNullableDuration(row.interval),
  formatNumber(row.sampleCount),
  describeGenerationFlags(row.flags, (row.servedTo - row.lastSeen) / 1000).join('; '),
];
