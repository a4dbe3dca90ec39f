import type { PollNote } from '../../domain/poll-note.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { buildFindingJson } from '../finding-json.ts';
import { formatNullableInstant } from '../text/format-values.ts';
import { maskKeyId } from '../text/untrusted-text.ts';

/** docs/json.md documents every field. */
export function renderNowJson(now: NowJudgement, notes: readonly PollNote[]): string {
  const { identity, credentials, nextRotation, validityAfterRotation, unknownReason, job } = now;
  return `${JSON.stringify(
    {
      schema_version: 1,
      judged_at: formatInstant(now.judgedAt),
      clock_offset_seconds: now.clockOffset,
      verdict: now.verdict,
      job: { duration_seconds: job.duration, margin_seconds: job.margin, required_seconds: now.required },
      host: identity?.host ?? null,
      source: identity?.source ?? null,
      api_version: identity?.apiVersion ?? null,
      role: identity?.role ?? null,
      access_key_id: credentials && maskKeyId(credentials.accessKeyId),
      expiration: formatNullableInstant(credentials?.expiration ?? null),
      later_expiration: formatNullableInstant(now.laterExpiration),
      remaining_seconds: now.remaining,
      spare_seconds: now.spare,
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
      validity_after_rotation: validityAfterRotation && {
        min_seconds: validityAfterRotation.min,
        max_seconds: validityAfterRotation.max,
      },
      findings: now.findings.map(buildFindingJson),
      notes: notes.map(({ code }) => code),
    },
    null,
    2,
  )}\n`;
}
