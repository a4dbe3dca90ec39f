/** A word that the shell offers. */
export interface Candidate {
  value: string;
  /** Shown next to the word; may be `''`. */
  description: string;
}
