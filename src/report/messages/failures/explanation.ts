/** What happened, and what to do. */
export interface Explanation {
  message: string;
  hint: string;
}
