import type { SeriesIdentity, SourceName } from './model.ts';

/** A map key for a series. JSON keeps keys distinct, because names may contain any character. */
export const getSeriesKey = ({ host, source, apiVersion, role }: SeriesIdentity): string =>
  JSON.stringify([host, source, apiVersion, role]);

/** A map key for a host and source. Failed polls are stored without a role. */
export const getHostSourceKey = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): string =>
  JSON.stringify([host, source]);

/** An endpoint serves the credentials of one role. With other sources, a configuration can have many roles. */
export const isEndpointSource = (source: SourceName): source is 'imds' | 'container' =>
  source === 'imds' || source === 'container';
