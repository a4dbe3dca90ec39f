import type { SeriesIdentity } from './model.ts';

/** Tells series apart, whatever characters their names have. */
export const seriesKey = ({ host, source, apiVersion, role }: SeriesIdentity): string =>
  JSON.stringify([host, source, apiVersion, role]);

/** Tells hosts and sources apart: a failed poll often cannot know the role. */
export const hostSourceKey = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): string =>
  JSON.stringify([host, source]);
