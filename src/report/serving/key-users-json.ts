import type { StoredKeyUse } from '../../domain/keys/key-use.ts';
import { isStillValid, type ServedKeyUsers } from '../../domain/keys/served-keys.ts';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { maskKeyId } from '../text/format-values.ts';

/** docs/json.md documents every field. */
export const renderKeyUsersJson = (keys: readonly ServedKeyUsers[], now: Instant): string =>
  `${toJson(
    {
      schema_version: 1,
      generated_at: formatInstant(now),
      keys: keys.map((key) => ({
        host: key.host,
        role_name: key.role,
        access_key_id: maskKeyId(key.accessKeyId),
        status: isStillValid(key) ? 'valid' : 'expired',
        expiration: formatInstant(key.expiration),
        remaining_seconds: key.remaining,
        users: key.users.map(buildKeyUserJson),
      })),
    },
    2,
  )}\n`;

export const buildKeyUserJson = ({
  process,
  client,
  address,
  isOthers,
  count,
  firstAt,
  lastAt,
}: StoredKeyUse) => ({
  program: process?.program ?? null,
  user: process?.user ?? null,
  pid: process?.pid ?? null,
  client: client === '' ? null : client,
  address: isOthers ? null : address,
  others: isOthers,
  response_count: count,
  first_at: formatInstant(firstAt),
  last_at: formatInstant(lastAt),
});
