/** A completion that the shell offers, with the text shown beside the value. */
export interface Candidate {
  value: string;
  /** `''` if there is nothing to explain. */
  description: string;
}
