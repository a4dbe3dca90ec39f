const { TEST_SEED } = process.env;

/**
 * The seed of every random test. A fixed default, so that a failure is caused by a change and not by chance.
 * `TEST_SEED=random` looks for new failures, and `TEST_SEED=N` repeats one.
 */
export const SEED = TEST_SEED === 'random' ? Math.trunc(Math.random() * 2 ** 31) : Number(TEST_SEED ?? 1);
