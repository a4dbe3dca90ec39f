import type { SeriesIdentity } from './model.ts';

/** A map key for a series. JSON keeps keys distinct, because names may contain any character. */
export const getSeriesKey = ({ host, source, apiVersion, role }: SeriesIdentity): string =>
  JSON.stringify([host, source, apiVersion, role]);

/** A map key for a host and source. Failed polls are stored without a role. */
export const getHostSourceKey = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): string =>
  JSON.stringify([host, source]);
