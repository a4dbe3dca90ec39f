/** Bits of one number: what the page shows beside a generation. One number per row keeps the page's data small. */
export const GENERATION_FLAGS = {
  newest: 1,
  /** Only a window is known for the end of the generation. */
  window: 2,
  unwitnessed: 4,
  /** The endpoint alternated between this generation and the next one. */
  overlapping: 8,
  /** A later expiration was stated for the same key. */
  extended: 16,
  servedExpired: 32,
} as const;
