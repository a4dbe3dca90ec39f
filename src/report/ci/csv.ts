import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { type Judgement, judgementsOf } from '../../domain/verdict/judgements.ts';
import { printable } from '../text/printable.ts';
import {
  type Figure,
  SERIES_FIGURES,
  seriesFigures,
  VERDICT_FIGURES,
  verdictFigures,
} from './flat-figures.ts';

const IDENTITY = ['host', 'source', 'api_version', 'role', 'retired'];

type Row = Readonly<Record<string, Figure | boolean>>;

/** A line for every series and job, or for every series where there is no job. What is not known is empty. */
export async function renderCsv(assessment: Assessment): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const rows = assessment.series.flatMap((series): Row[] => {
    const judgements = judgementsOf(series, assessment);
    const known = { ...identityFields(series), ...seriesFigures(series.analysis) };
    return judgements.length === 0 ? [known] : judgements.map((each) => ({ ...known, ...jobFields(each) }));
  });
  return stringify(rows, {
    header: true,
    columns: [...IDENTITY, 'job', ...VERDICT_FIGURES, ...SERIES_FIGURES],
    cast: { boolean: String },
    // This one is for spreadsheets, which run what begins like a formula: a name that does gets an apostrophe in front.
    escape_formulas: true,
  });
}

/** A line is one record, to readers without an ear for quotes, too: what would break it is made visible. */
const identityFields = ({ analysis: { identity }, retired }: AssessedSeries): Row => ({
  host: printable(identity.host),
  source: identity.source,
  api_version: printable(identity.apiVersion),
  role: printable(identity.role),
  retired,
});

/** A series that has no part in a job has no verdict on it. */
const jobFields = ({ job, verdict, silence }: Judgement): Row => ({
  job: printable(job.name ?? ''),
  verdict: silence === 'LENGTH_UNKNOWN' ? job.verdict : null,
  ...(verdict === null ? {} : verdictFigures(verdict)),
});
