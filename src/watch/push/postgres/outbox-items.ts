import { digest } from '../../../digest.ts';
import type { SeriesIdentity } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';

/** Short, because an outbox has one digest per generation. */
const DIGEST_LENGTH = 16;
const PREFIX_LENGTH = 12;

export const digestJson = (content: unknown, length = DIGEST_LENGTH): string =>
  digest(JSON.stringify(content), length, 'base64url');

const digestIdentity = (identity: SeriesIdentity): string =>
  digestJson(getSeriesKey(identity), PREFIX_LENGTH);

/** The beginning of the keys of the generations of a series. */
export const getGenerationPrefix = (identity: SeriesIdentity): string => `${digestIdentity(identity)}/`;

/** The beginning of the keys of the weeks of a series. */
export const getWeekPrefix = (identity: SeriesIdentity): string => `${digestIdentity(identity)}#`;

/** What the outbox knows about a series. */
export interface ConfirmedSeries {
  /** Of the row of the series after the last push. */
  revision: number;
  /** The database has samples that this host does not have, so each push compares with its rows. */
  isShared: boolean;
  /** The number of its generations that the database has rejected. */
  rejectedCount: number;
  /** Of the local history. */
  state: string;
}

export const formatConfirmed = ({ revision, isShared, rejectedCount, state }: ConfirmedSeries): string =>
  `${revision} ${isShared ? 'shared' : 'own'} ${rejectedCount} ${state}`;

export function parseConfirmed(text: string | undefined): ConfirmedSeries | null {
  const [, revision, mode, rejectedCount, state] = /^(\d+) (shared|own) (\d+) (.*)$/s.exec(text ?? '') ?? [];
  if (revision === undefined || state === undefined) return null;
  return {
    revision: Number(revision),
    isShared: mode === 'shared',
    rejectedCount: Number(rejectedCount),
    state,
  };
}

/** The digest of a generation. The month is readable, because a generation that moves to another month is deleted there. */
export const digestGeneration = (month: string, values: readonly unknown[]): string =>
  `${month} ${digestJson(values)}`;

export const getMonthOfDigest = (text: string): string => text.slice(0, text.indexOf(' '));
