import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { buildIdentityJson } from '../json-fields.ts';

/** The member `presigned_urls` of a report. */
export const buildPresignedJson = (all: readonly PresignedUrls[]) =>
  all.map(({ requested, verdict, series }) => ({
    requested_seconds: requested,
    verdict,
    series: series.map(({ series: { identity }, judgement, lifetimes }) => ({
      ...buildIdentityJson(identity),
      verdict: judgement.verdict,
      shortest_seconds: lifetimes?.shortest ?? null,
      median_seconds: lifetimes?.median ?? null,
      share_of_full_duration: lifetimes?.shareOfFullDuration ?? null,
      longest_always_seconds: lifetimes?.longestAlways ?? null,
      safe_after_rotation_seconds: judgement.safeTimeAfterRotation,
      unknown_reasons: judgement.unknownReasons.map(({ code }) => code),
    })),
  }));
