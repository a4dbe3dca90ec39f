/** What `safe` requires besides enough validity. Null: no requirement. */
export interface EvidenceRules {
  /** 0 to 1. The next rotation may be worse than all measured ones with the remaining chance. */
  confidence: number | null;
  /** The share of the time span that must have been watched, 0 to 1. */
  minWatched: number | null;
}

export const NO_EVIDENCE_RULES: EvidenceRules = { confidence: null, minWatched: null };

/** Parses a share greater than 0 and less than 1, such as `95%` or `0.95`. Null for any other text. */
export function parseShare(text: string): number | null {
  const match = /^(\d{1,2}(?:\.\d{1,4})?)%$|^0?(\.\d{1,6})$/.exec(text);
  if (match === null) return null;
  const [, percent, fraction] = match;
  const share = percent !== undefined ? Number(percent) / 100 : Number(fraction);
  return share > 0 ? share : null;
}

/**
 * The number of witnessed rotations that a confidence requires: 19 for 95 %. After n rotations, the chance
 * that the next one is worse than all of them is at most 1/(n+1).
 * @param confidence greater than 0 and less than 1
 */
export function computeMinRotations(confidence: number): number {
  // 1 − 0.95 is slightly more than 0.05 in floating point, so the quotient is rounded first.
  return Math.max(1, Math.ceil(Number((1 / (1 - confidence)).toFixed(6)) - 1));
}

/** Whether a chance is small enough for a confidence. Allows for rounding errors of `1 - confidence`. */
export const isChanceAllowed = (chance: number, confidence: number): boolean =>
  chance <= 1 - confidence + 1e-9;
