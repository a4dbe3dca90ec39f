import { NotInstalled } from './bench.mjs';
import { summarise } from './statistics.mjs';

/**
 * Runs the cases of a bench in turn, so that a busy machine slows down all of them. A case that fails is not run
 * again. Resolves to the title and one row per case: its medians, ratios and goals, or why it was skipped or failed.
 * @param {import('./bench.mjs').Bench} bench
 * @param {import('./bench.mjs').Context} context
 */
export async function runBench(bench, context) {
  const { title } = bench;
  let prepared;
  try {
    prepared = await bench.prepare(context);
  } catch (error) {
    return { title, rows: [emptyRow(bench.name, error)] };
  }
  const { cases, close } = prepared;
  try {
    const runs = await measureInTurn(cases, context.quick ? bench.rounds.quick : bench.rounds.full);
    return { title, rows: summariseRuns(runs, prepared.baseline ?? cases[0]?.name ?? null) };
  } finally {
    await close?.();
  }
}

/** Runs every case once per round. The round before the first fills caches and is discarded. */
async function measureInTurn(cases, rounds) {
  const runs = cases.map((each) => ({ case: each, measurements: [], error: null }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const run of runs) {
      if (run.case.skip || run.error || (run.case.once && run.measurements.length > 0)) continue;
      try {
        for (let count = 0; count < (run.case.runsPerRound ?? 1); count += 1) {
          await run.case.before?.();
          const measurement = await run.case.measure();
          if (round > 0 || run.case.once) run.measurements.push(measurement);
        }
      } catch (error) {
        run.error = error;
      }
    }
  }
  return runs;
}

/** Returns the rows of the table. `baseline` is the name of the case that ratios compare with. */
export function summariseRuns(runs, baseline) {
  const figuresByName = new Map(
    runs.flatMap((run) => (isMeasured(run) ? [[run.case.name, summariseFigures(run.measurements)]] : [])),
  );
  return runs.map((run) => {
    const { name, unit = 'ms', goals = [], skip } = run.case;
    const figures = figuresByName.get(name);
    if (!figures) return skip ? emptyRow(name, new NotInstalled(skip)) : emptyRow(name, run.error);
    const ownBaseline = run.case.baseline === undefined ? baseline : run.case.baseline;
    const ratioTo = (other, figure) => divide(figures[figure], figuresByName.get(other)?.[figure]);
    const ratios = Object.fromEntries(
      Object.keys(figures).map((figure) => [
        figure,
        ownBaseline === null || ownBaseline === name ? null : ratioTo(ownBaseline, figure),
      ]),
    );
    const judged = goals.map((goal) => {
      const { figure = 'value', against = ownBaseline } = goal;
      const measured = against === null ? (figures[figure]?.median ?? null) : ratioTo(against, figure);
      const named = against !== null && against !== ownBaseline ? against : null;
      return {
        ...goal,
        figure,
        isRatio: against !== null,
        against: named,
        measured,
        met: isMet(goal, measured),
      };
    });
    return { name, unit, figures, ratios, goals: judged, skipped: null, failed: null };
  });
}

const isMeasured = ({ measurements, error }) => measurements.length > 0 && !error;

/** A figure that a case does not measure is null. */
function summariseFigures(measurements) {
  const all = (read) => {
    const values = measurements.map(read).filter((value) => value !== undefined);
    return values.length === 0 ? null : summarise(values);
  };
  return {
    value: all(({ value }) => value),
    cpu: all(({ cpuMs }) => cpuMs),
    memory: all(({ peakKiB }) => (peakKiB === undefined ? undefined : peakKiB / 1024)),
  };
}

const divide = (one, other) => (one && other ? one.median / other.median : null);

/** Null if the goal could not be measured. */
function isMet({ most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }, measured) {
  return measured === null ? null : measured >= least && measured <= most;
}

function emptyRow(name, error) {
  const reason = error?.message ?? 'not measured';
  const isSkipped = error instanceof NotInstalled;
  return {
    name,
    unit: 'ms',
    figures: null,
    ratios: null,
    goals: [],
    skipped: isSkipped ? reason : null,
    failed: isSkipped ? null : reason,
  };
}
