/** Bits of one number per generation, which keeps the data of the HTML page small. */
export const GENERATION_FLAGS = {
  newest: 1,
  /** The rotation at the end of the generation is undated. */
  window: 2,
  unwitnessed: 4,
  /** The endpoint alternated between this generation and the next one. */
  overlapping: 8,
  /** A later expiration was stated for the same key. */
  extended: 16,
  servedExpired: 32,
} as const;
