/** True in CI, which runs all cases of the slow tests. A local run takes a subset. */
export const isThorough = (process.env.CI ?? '') !== '';
