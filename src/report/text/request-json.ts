/** The fields of a logged request, which `simulate` and `serve` share. */

import type { Instant } from '../../domain/model.ts';
import type { LoggedRequest } from '../../domain/simulation-traffic.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { formatNullableInstant, maskKeyId, truncateText } from './format-values.ts';
import { WORD_WIDTH } from './request-line.ts';

const CLIENT_LENGTH = 100;

export const buildRequestJson = ({ at, method, path, status }: LoggedRequest) => ({
  schema_version: 1,
  event: 'request',
  at: formatInstant(at),
  method: truncateText(method, WORD_WIDTH),
  path: escapeUnprintable(path),
  status,
});

/** @param expiration of the served credentials; null if none were served */
export const buildServedResourceJson = (
  { at, shape, kind, apiVersion, accessKeyId }: LoggedRequest,
  expiration: Instant | null,
) => ({
  shape,
  kind,
  api_version: apiVersion,
  access_key_id: accessKeyId && maskKeyId(accessKeyId),
  expiration: formatNullableInstant(expiration),
  remaining_seconds: expiration === null ? null : secondsBetween(at, expiration),
});

export const buildClientJson = ({ client, address }: LoggedRequest) => ({
  client: client === '' ? null : truncateText(client, CLIENT_LENGTH),
  address: escapeUnprintable(address),
});
