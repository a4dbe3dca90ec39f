import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { listSeriesJudgements, type SeriesJudgement } from '../../domain/verdict/judgements.ts';
import { CSV_CAST, escapeUnprintable } from '../../untrusted-text.ts';
import {
  buildSeriesFields,
  buildVerdictFields,
  type FieldValue,
  SERIES_FIELD_NAMES,
  VERDICT_FIELD_NAMES,
} from './flat-fields.ts';

const IDENTITY_COLUMNS = ['host', 'source', 'api_version', 'role', 'retired'];

/** Writing every series separately would take longer than formatting it. */
const SERIES_PER_PIECE = 500;

type CsvRow = Readonly<Record<string, FieldValue | boolean>>;

/** One row per series and job, or one row per series without jobs. Unknown values are empty. */
export async function renderCsv(assessment: Assessment): Promise<Iterable<string>> {
  const { stringify } = await import('csv-stringify/sync');
  const write = (rows: CsvRow[], header = false) =>
    stringify(rows, {
      header,
      columns: [...IDENTITY_COLUMNS, 'job_name', ...VERDICT_FIELD_NAMES, ...SERIES_FIELD_NAMES],
      cast: CSV_CAST,
    });
  return (function* () {
    yield write([], true);
    const { series } = assessment;
    for (let start = 0; start < series.length; start += SERIES_PER_PIECE)
      yield write(
        series.slice(start, start + SERIES_PER_PIECE).flatMap((each) => buildRows(each, assessment)),
      );
  })();
}

function buildRows(series: AssessedSeries, assessment: Assessment): CsvRow[] {
  const judgements = listSeriesJudgements(series, assessment);
  const fields = { ...buildIdentityFields(series), ...buildSeriesFields(series.analysis) };
  return judgements.length === 0
    ? [fields]
    : judgements.map((each) => ({ ...fields, ...buildJobFields(each) }));
}

/** Escaped line ends keep one record per line for readers that ignore quotes. */
const buildIdentityFields = ({ analysis: { identity }, isRetired }: AssessedSeries): CsvRow => ({
  host: escapeUnprintable(identity.host),
  source: identity.source,
  api_version: escapeUnprintable(identity.apiVersion),
  role: escapeUnprintable(identity.role),
  retired: isRetired,
});

/** A series that does not judge the job has no verdict, except `unknown` if the job length is unknown. */
const buildJobFields = ({ job, judgement, notJudgedReason }: SeriesJudgement): CsvRow => ({
  job_name: escapeUnprintable(job.name ?? ''),
  verdict: notJudgedReason === 'DURATION_UNKNOWN' ? job.verdict : null,
  ...(judgement === null ? {} : buildVerdictFields(judgement)),
});
