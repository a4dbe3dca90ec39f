import type { Instant } from '../../domain/model.ts';
import type { LoggedRequest } from '../../domain/simulation-traffic.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { formatRemaining, maskKeyId, truncateText } from './format-values.ts';

/** The longest useful path ends in a role name of 64 characters. */
const PATH_WIDTH = 120;
/** For a method or a version, which can be any text. */
export const WORD_WIDTH = 20;
export const CLIENT_WIDTH = 40;

/** `GET /latest/meta-data/`. */
export const formatRequestedPath = ({ method, path }: Pick<LoggedRequest, 'method' | 'path'>): string =>
  `${truncateText(method, WORD_WIDTH)} ${truncateText(path, PATH_WIDTH)}`;

/** `ASIA…7QXK 59m 56s left`. Null without credentials. */
export function formatServedKey(
  { at, accessKeyId }: Pick<LoggedRequest, 'at' | 'accessKeyId'>,
  expiration: Instant | null,
): string | null {
  if (accessKeyId === null) return null;
  const key = maskKeyId(accessKeyId);
  return expiration === null ? key : `${key} ${formatRemaining(secondsBetween(at, expiration))}`;
}
