/** CI takes its time: what is repeated or combined there, a run at a desk shows once or in part. */
export const isThorough = (process.env.CI ?? '') !== '';
