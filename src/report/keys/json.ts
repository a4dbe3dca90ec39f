import { findWorstStatus, type KeyAnswer, type KeySighting } from '../../domain/keys/key-answer.ts';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildIdentityJson } from '../json-fields.ts';
import { buildKeyUserJson } from '../serving/key-users-json.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';
import type { FindKeyUsers } from './text.ts';
import { formatUrlAddress } from './url-address.ts';

/** docs/json.md documents every field. */
export const renderKeysJson = (
  answers: readonly KeyAnswer[],
  findUsers: FindKeyUsers,
  now: Instant,
): string =>
  `${toJson(
    {
      schema_version: 1,
      generated_at: formatInstant(now),
      status: findWorstStatus(answers),
      keys: answers.map((answer) => ({
        ...buildAnswer(answer),
        served_to: findUsers(answer).map(buildKeyUserJson),
      })),
    },
    2,
  )}\n`;

const buildAnswer = (answer: KeyAnswer) => ({
  access_key_id: showKeyId(answer.accessKeyId),
  kind: answer.kind,
  account_id: answer.accountId,
  presigned_url: answer.url && {
    address: formatUrlAddress(answer.url),
    signature_version: answer.url.signatureVersion,
    region: answer.url.region,
    service: answer.url.service,
    signed_at: formatNullableInstant(answer.url.signedAt),
    requested_seconds: answer.url.duration,
    requested_until: formatNullableInstant(answer.url.requestedUntil),
  },
  judged_at: formatInstant(answer.judgedAt),
  status: answer.status,
  works_until: formatNullableInstant(answer.worksUntil),
  works_at_most_until: formatNullableInstant(answer.worksAtMostUntil),
  limited_by: answer.limitedBy,
  remaining_seconds: answer.remaining,
  notes: answer.notes,
  series: answer.sightings.map(buildSighting),
});

const buildSighting = (sighting: KeySighting) => ({
  ...buildIdentityJson(sighting.identity),
  access_key_id: showKeyId(sighting.accessKeyId),
  issued_at: formatNullableInstant(sighting.issuedAt),
  first_seen_at: formatInstant(sighting.firstSeen),
  last_seen_at: formatInstant(sighting.lastSeen),
  sample_count: sighting.sampleCount,
  expiration: formatInstant(sighting.expiration),
  rotation: sighting.replacement && {
    at: formatInstant(sighting.replacement.at),
    dated: sighting.replacement.isDated,
    window_from: formatInstant(sighting.replacement.window.from),
    window_to: formatInstant(sighting.replacement.window.to),
  },
});

/** A masked key id stays as it is. */
const showKeyId = (keyId: string) => (keyId.includes('\u2026') ? keyId : maskKeyId(keyId));
