import type { SeriesIdentity, SourceName } from './model.ts';

/** A map key for a series. JSON keeps keys distinct, because names may contain any character. */
export const getSeriesKey = ({ host, source, apiVersion, role }: SeriesIdentity): string =>
  JSON.stringify([host, source, apiVersion, role]);

/** The identity in a key of {@link getSeriesKey}. */
export function parseSeriesKey(key: string): SeriesIdentity {
  const [host = '', source = '', apiVersion = '', role = ''] = JSON.parse(key) as string[];
  return { host, source: source as SourceName, apiVersion, role };
}

/** A map key for a host and source. Failed polls are stored without a role. */
export const getHostSourceKey = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): string =>
  JSON.stringify([host, source]);

/** A map key for a role of a source, on any host. */
export const getRoleKey = ({ source, role }: Pick<SeriesIdentity, 'source' | 'role'>): string =>
  JSON.stringify([source, role]);

/** An endpoint serves the credentials of one role. With other sources, a configuration can have many roles. */
export const isEndpointSource = (source: SourceName): source is 'imds' | 'container' =>
  source === 'imds' || source === 'container';
