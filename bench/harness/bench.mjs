// The common shape of the benches in bench/suite. Each file there exports a `Bench` by default.

/**
 * @typedef {object} Bench
 * @property {string} name  for `--only`; the same as the file name
 * @property {string} title  heads the rows of the table
 * @property {{full: number, quick: number}} rounds  measured rounds; one more round before them is discarded
 * @property {(context: Context) => Prepared | Promise<Prepared>} prepare  not measured; throws `NotInstalled` to
 *   skip the bench
 *
 * @typedef {object} Context
 * @property {string} folder  an empty folder of this bench, deleted at the end
 * @property {boolean} quick  smaller inputs are allowed
 * @property {(name: string, build: (file: string) => void | Promise<void>) => Promise<string>} keep  returns the
 *   path of a large input file. `build` writes it if this version of the program has none yet.
 *
 * @typedef {object} Prepared
 * @property {Case[]} cases  run in turn, once per round
 * @property {string} [baseline]  the name of the case that ratios compare with; the first case by default
 * @property {() => void | Promise<void>} [close]
 *
 * @typedef {object} Case
 * @property {string} name  the first column of the table
 * @property {() => Measurement | Promise<Measurement>} [measure]  one run
 * @property {() => void | Promise<void>} [before]  runs before every `measure`, and is not measured
 * @property {string} [skip]  why the case is skipped, usually from `missingTools`
 * @property {Unit} [unit]  of `Measurement.value`; `ms` by default
 * @property {string | null} [baseline]  replaces the baseline of the bench; null for no ratio
 * @property {number} [runsPerRound]  more than 1 for a short baseline of long cases
 * @property {boolean} [once]  measured in the first round only, for counts that never differ
 * @property {Goal[]} [goals]
 *
 * @typedef {object} Measurement
 * @property {number} value  in the case's unit; wall time for commands
 * @property {number} [cpuMs]  user and system time
 * @property {number} [peakKiB]  peak memory
 *
 * @typedef {object} Goal  a limit for a ratio of medians, or for a median
 * @property {'value' | 'cpu' | 'memory'} [figure]  `value` by default; of `cpu` in ms and `memory` in MiB
 * @property {string | null} [against]  the other case of the ratio; the baseline by default; null limits the median
 * @property {number} [most]
 * @property {number} [least]
 *
 * @typedef {'ms' | 'MiB' | 'bytes' | 'files' | 'rows' | 'per second' | 'times' | '%'} Unit
 */

/** Skips a bench or a case: a program that it needs is missing. The table shows the message. */
export class NotInstalled extends Error {}
