import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { listSeriesJudgements, type SeriesJudgement } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import {
  buildSeriesFields,
  buildVerdictFields,
  type FieldValue,
  SERIES_FIELD_NAMES,
  VERDICT_FIELD_NAMES,
} from './flat-fields.ts';

const IDENTITY = ['host', 'source', 'api_version', 'role', 'retired'];

type Row = Readonly<Record<string, FieldValue | boolean>>;

/** A line for every series and job, or for every series where there is no job. What is not known is empty. */
export async function renderCsv(assessment: Assessment): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const rows = assessment.series.flatMap((series): Row[] => {
    const judgements = listSeriesJudgements(series, assessment);
    const known = { ...identityFields(series), ...buildSeriesFields(series.analysis) };
    return judgements.length === 0 ? [known] : judgements.map((each) => ({ ...known, ...jobFields(each) }));
  });
  return stringify(rows, {
    header: true,
    columns: [...IDENTITY, 'job_name', ...VERDICT_FIELD_NAMES, ...SERIES_FIELD_NAMES],
    cast: { boolean: String },
    // This one is for spreadsheets, which run what begins like a formula: a name that does gets an apostrophe in front.
    escape_formulas: true,
  });
}

/** A line is one record, to readers without an ear for quotes, too: what would break it is made visible. */
const identityFields = ({ analysis: { identity }, isRetired }: AssessedSeries): Row => ({
  host: escapeUnprintable(identity.host),
  source: identity.source,
  api_version: escapeUnprintable(identity.apiVersion),
  role: escapeUnprintable(identity.role),
  retired: isRetired,
});

/** A series that has no part in a job has no verdict on it. */
const jobFields = ({ job, judgement, notJudgedReason }: SeriesJudgement): Row => ({
  job_name: escapeUnprintable(job.name ?? ''),
  verdict: notJudgedReason === 'LENGTH_UNKNOWN' ? job.verdict : null,
  ...(judgement === null ? {} : buildVerdictFields(judgement)),
});
