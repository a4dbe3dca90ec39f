import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  distinct,
  FAMILIES,
  type Family,
  type FamilyOf,
  inSeconds,
  type Labels,
  placeLabels,
  seriesLabels,
} from './families.ts';
import { type Course, metricHistory, type PlaceCourse, type Point, type SeriesCourse } from './history.ts';

/** A figure through time. */
interface Told {
  labels: Labels;
  course: Course;
  /** The values are instants. */
  isMoment?: boolean;
}

/** So many lines are handed over at once: ten years of rotations are a million. */
const LINES_AT_ONCE = 5000;

/**
 * The past, for `promtool tsdb create-blocks-from openmetrics`. Verdicts are of now and so are no part of it. It reads
 * the whole file once for each block: of more than a few weeks, `--max-block-duration=744h` makes seconds of minutes.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function* renderOpenMetrics(
  assessment: Assessment,
  { allTime }: Pick<ReportContext, 'allTime'>,
): Generator<string> {
  const { series, places } = metricHistory(assessment, allTime);
  for (const { metrics, ...family } of [...seriesFamilies(series), ...placeFamilies(places)]) {
    yield head(family);
    for (const told of distinct(metrics)) yield* lines(family, told);
  }
  yield '# EOF\n';
}

const head = ({ name, type, unit, help }: Family) =>
  `# TYPE ${name} ${type}\n${unit === '' ? '' : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${escaped(help)}\n`;

function* lines({ name, type }: Family, { labels, course, isMoment = false }: Told): Generator<string> {
  const told = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  const metric = `${type === 'counter' ? `${name}_total` : name}{${told.join(',')}}`;
  const line = ([at, value]: Point) => `${metric} ${isMoment ? inSeconds(value) : value} ${inSeconds(at)}\n`;
  let waiting = '';
  let count = 0;
  for (const point of course) {
    waiting += line(point);
    count += 1;
    if (count % LINES_AT_ONCE > 0) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
}

const escaped = (text: string) =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

function seriesFamilies(series: readonly SeriesCourse[]): FamilyOf<Told>[] {
  const each = (choose: (course: SeriesCourse) => Course, isMoment = false) =>
    series.map((one): Told => ({ labels: seriesLabels(one.identity), course: choose(one), isMoment }));
  return [
    { ...FAMILIES.expiration, metrics: each(({ expiration }) => expiration, true) },
    { ...FAMILIES.lastUpdated, metrics: each(({ lastUpdated }) => lastUpdated, true) },
    { ...FAMILIES.observedRemaining, metrics: each(({ observedRemaining }) => observedRemaining) },
    {
      ...FAMILIES.minRemaining,
      metrics: series.flatMap(({ identity, minimumRemaining }) =>
        minimumRemaining.map(({ window, course }) => ({
          labels: { ...seriesLabels(identity), window },
          course,
        })),
      ),
    },
    {
      ...FAMILIES.rotationInterval,
      metrics: series.flatMap(({ identity, rotationInterval }) =>
        Object.entries(rotationInterval).map(([stat, course]) => ({
          labels: { ...seriesLabels(identity), stat },
          course,
        })),
      ),
    },
    { ...FAMILIES.rotations, metrics: each(({ rotations }) => rotations) },
    { ...FAMILIES.lastSuccess, metrics: each(({ lastSuccess }) => lastSuccess, true) },
  ];
}

function placeFamilies(places: readonly PlaceCourse[]): FamilyOf<Told>[] {
  return [
    {
      ...FAMILIES.polls,
      metrics: places.flatMap((place) =>
        place.polls.map(({ result, course }) => ({ labels: { ...placeLabels(place), result }, course })),
      ),
    },
    {
      ...FAMILIES.lastAttempt,
      metrics: places.map((place) => ({
        labels: placeLabels(place),
        course: place.lastAttempt,
        isMoment: true,
      })),
    },
    {
      ...FAMILIES.up,
      metrics: places.map((place) => ({ labels: placeLabels(place), course: place.isUp })),
    },
  ];
}
