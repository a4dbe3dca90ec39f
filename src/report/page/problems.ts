import type { AssessedSeries } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { findCurrentFailure } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeMoreProblems } from '../messages/page.ts';
import { describeFailingHint, describeFailingPolls } from '../messages/polling/failing-polls.ts';
import { formatSeriesName } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { capitalise, html, type Markup, prose } from './markup.ts';

/** More lines would move the chart, or the table of the series, off the first screen. */
const MAX_PROBLEMS = 3;

interface Problem {
  /** Of the series. */
  id: string;
  name: string;
  text: string;
}

/** What endangers a job or the measurement, directly below the headline. Null without a problem. */
export function renderProblems(
  shown: readonly AssessedSeries[],
  getSectionId: (index: number) => string,
  times: TimeFormat,
): Markup | null {
  const failing: Problem[] = [];
  const others: Problem[] = [];
  for (const [index, { analysis, judgements, isRetired }] of shown.entries()) {
    if (isRetired && judgements.length === 0) continue;
    const series = { id: getSectionId(index), name: formatSeriesName(analysis.identity) };
    const failure = findCurrentFailure(analysis);
    if (failure !== null) {
      const text = `${describeFailingPolls(analysis, failure, times)}; ${describeFailingHint(analysis, failure)}`;
      failing.push({ ...series, text });
    }
    for (const finding of listProblems(analysis)) {
      // The line about the failing poll says more.
      if (failure !== null && finding.code === 'POLLS_FAILED') continue;
      others.push({ ...series, text: describeFinding(finding, judgements, times) });
    }
  }
  const all = [...failing, ...others];
  if (all.length === 0) return null;
  const isSingle = shown.length === 1;
  const [listed, folded] = [all.slice(0, MAX_PROBLEMS), all.slice(MAX_PROBLEMS)];
  const list = (problems: readonly Problem[]) => problems.map((each) => renderProblem(each, isSingle));
  const more =
    folded.length > 0 &&
    (isSingle
      ? html`<li><details class="more-problems"><summary>${describeMoreProblems(folded.length)}</summary><ul>${list(folded)}</ul></details></li>`
      : html`<li>${describeMoreProblems(folded.length)}</li>`);
  return html`<section class="problems" aria-labelledby="problems"><h2 id="problems">Problems</h2><ul>${list(listed)}${more}</ul></section>`;
}

/** Characters. On a wide screen, a longer problem has one line and can be opened. */
const MAX_LINE = 125;

function renderProblem({ id, name, text }: Problem, isSingle: boolean): Markup {
  const content = isSingle ? prose(capitalise(text)) : html`<a href="#${id}">${name}</a>: ${prose(text)}`;
  const length = text.length + (isSingle ? 0 : name.length);
  if (length <= MAX_LINE) return html`<li>${content}</li>`;
  return html`<li><details class="long-problem"><summary>${content}</summary></details></li>`;
}

const listProblems = ({ findings }: SeriesAnalysis) =>
  findings.filter(({ severity }) => severity === 'problem');

/** The problems of one of several series. */
export function renderOwnProblems(
  analysis: SeriesAnalysis,
  judgements: readonly JobJudgement[],
  times: TimeFormat,
): Markup | null {
  const problems = listProblems(analysis);
  if (problems.length === 0) return null;
  return html`<div class="problems"><h3>Problems</h3><ul>${problems.map((each) => renderFinding(each, judgements, times))}</ul></div>`;
}

/** Facts that the reader of the numbers has to know. */
export function renderNotes(
  analysis: SeriesAnalysis,
  judgements: readonly JobJudgement[],
  times: TimeFormat,
): Markup | null {
  const notes = analysis.findings.filter(({ severity }) => severity === 'note');
  if (notes.length === 0) return null;
  return html`<h3>Notes</h3><ul class="notes">${notes.map((each) => renderFinding(each, judgements, times))}</ul>`;
}

const renderFinding = (finding: Finding, judgements: readonly JobJudgement[], times: TimeFormat) =>
  html`<li class="${finding.severity}">${prose(capitalise(describeFinding(finding, judgements, times)))}</li>`;
