/** A part of the status line. A warning is about the poller, and not about the job. */
export interface StatusPart {
  text: string;
  emphasis?: 'verdict' | 'warning';
}
