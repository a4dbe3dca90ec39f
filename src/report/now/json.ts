import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildKnowledgeJson } from '../general-knowledge/json.ts';
import { buildFindingJson, buildIdentityJson, buildRangeJson } from '../json-fields.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';

const UNKNOWN_IDENTITY = { host: null, source: null, api_version: null, role: null };

/** docs/json.md documents every field. */
export function renderNowJson(
  now: NowJudgement,
  notes: readonly PollNote[],
  generalKnowledge: readonly SourceKnowledge[] = [],
): string {
  const { identity, credentials, nextRotation, validityAfterRotation, unknownReason, job, returned } = now;
  return `${toJson(
    {
      schema_version: 1,
      judged_at: formatInstant(now.judgedAt),
      clock_offset_seconds: now.clockOffset,
      verdict: now.verdict,
      job: { duration_seconds: job.duration, margin_seconds: job.margin, required_seconds: now.required },
      ...(identity === null ? UNKNOWN_IDENTITY : buildIdentityJson(identity)),
      access_key_id: credentials && maskKeyId(credentials.accessKeyId),
      expiration: formatNullableInstant(credentials?.expiration ?? null),
      returned_credentials: returned && {
        access_key_id: maskKeyId(returned.accessKeyId),
        expiration: formatInstant(returned.expiration),
        remaining_seconds: secondsBetween(now.judgedAt, returned.expiration),
      },
      later_expiration: formatNullableInstant(now.laterExpiration),
      remaining_seconds: now.remaining,
      spare_seconds: now.spare,
      safe_until: formatNullableInstant(now.safeUntil),
      unknown_reason: unknownReason && {
        code: unknownReason.code,
        failure:
          unknownReason.code === 'POLL_FAILED'
            ? { reason: unknownReason.reason, detail: unknownReason.detail }
            : null,
      },
      outlook: now.outlook,
      next_rotation: nextRotation && {
        expected_at: formatInstant(nextRotation.expected),
        earliest_at: formatInstant(nextRotation.earliest),
        latest_at: formatInstant(nextRotation.latest),
      },
      validity_after_rotation: validityAfterRotation && buildRangeJson(validityAfterRotation),
      findings: now.findings.map(buildFindingJson),
      notes: notes.map(({ code }) => code),
      general_knowledge: buildKnowledgeJson(generalKnowledge),
    },
    2,
  )}\n`;
}
