import type { CheckResult, ConformanceNote, ConformanceRun } from '../../domain/conformance/check-result.ts';
import { summarizeClients } from '../../domain/conformance/client-summary.ts';
import type { ConformanceVerdict } from '../../domain/conformance/verdict.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { CLIENT_NAMES, describeClientSummary } from '../messages/conformance/clients.ts';
import { buildNoteHint, describeNote } from '../messages/conformance/notes.ts';
import {
  describeRequirement,
  describeSkipReason,
  describeUnknownReason,
  describeUnreachable,
  describeVerdict,
  describeWatch,
} from '../messages/conformance/results.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutColumns, layOutRows } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { formatCount } from '../text/format-values.ts';
import {
  type ConformanceView,
  type FailedResult,
  getSeverity,
  isFailed,
  listConsequenceRows,
  listFailureRows,
} from './view.ts';

/** A check can fail in several ways. Further ones are only counted. */
const MAX_FAILURES = 3;

/** For a terminal: failed checks first, then a summary for each SDK. */
export function renderConformanceText(view: ConformanceView, style: TextStyle): string {
  const { width } = style;
  const palette = createPalette(style);
  const { run, verdict } = view;
  const headline = paintVerdict(verdict, escapeUnprintable(describeVerdict(run, verdict)), palette);
  if (run.unreachable !== null) {
    const { message, hint } = describeUnreachable(run.unreachable);
    return palette.encode(`${headline}\n  ${escapeUnprintable(message)}\n  hint: ${hint}\n`);
  }
  const failed = run.results.filter(isFailed).sort(compareSeverity);
  const text = [
    `${headline}\n  ${summarizeCounts(run.results, run.requestCount)}\n`,
    ...(run.watch === null ? [] : [`  ${describeWatch(run.watch)}\n`]),
    ...run.notes.map((note) => renderNote(note, run)),
    ...failed.map((result) => `\n${renderFailed(result, view, width, palette)}`),
    renderOthers(run.results, width, palette),
    `\n${renderClients(view, width, palette)}`,
  ].join('');
  return palette.encode(text);
}

function renderNote(note: ConformanceNote, { shape }: ConformanceRun): string {
  const hint = buildNoteHint(note, shape);
  return `  note: ${escapeUnprintable(describeNote(note))}\n${hint === null ? '' : `  hint: ${hint}\n`}`;
}

const compareSeverity = (one: CheckResult, other: CheckResult) => rankSeverity(one) - rankSeverity(other);
const rankSeverity = (result: CheckResult) => (getSeverity(result) === 'error' ? 0 : 1);

function paintVerdict(
  verdict: ConformanceVerdict,
  text: string,
  { bold, good, bad, warning }: Palette,
): string {
  return bold({ conforms: good, 'does-not-conform': bad, unknown: warning }[verdict](text));
}

/** `2 errors, 1 warning, 24 passed, 3 skipped; 56 requests`. */
function summarizeCounts(results: readonly CheckResult[], requestCount: number): string {
  const failed = results.filter(isFailed);
  const errors = failed.filter((result) => getSeverity(result) === 'error').length;
  const count = (outcome: CheckResult['outcome']) =>
    results.filter((each) => each.outcome === outcome).length;
  const parts = [
    formatCount(errors, 'error'),
    formatCount(failed.length - errors, 'warning'),
    `${count('passed')} passed`,
    `${count('skipped')} skipped`,
    ...(count('unknown') > 0 ? [`${count('unknown')} unknown`] : []),
  ];
  return `${parts.join(', ')}; ${formatCount(requestCount, 'request')}`;
}

function renderFailed(
  result: FailedResult,
  { run }: ConformanceView,
  width: number,
  palette: Palette,
): string {
  const severity = getSeverity(result);
  const label = (severity === 'error' ? palette.bad : palette.warning)(severity);
  const head = `${palette.bold(label)}: ${result.id}: ${describeRequirement(result.id)}\n`;
  const shown = result.failures.slice(0, MAX_FAILURES);
  const hidden = result.failures.length - shown.length;
  const blocks = shown.map((failure) => layOutRows(listFailureRows(failure, run), width, palette));
  const consequences = layOutRows(listConsequenceRows(result), width, palette);
  return `${head}${blocks.join('\n')}${hidden > 0 ? `  and ${formatCount(hidden, 'more failure')}\n` : ''}${consequences}`;
}

/** Checks without an answer, with the reason. */
function renderOthers(results: readonly CheckResult[], width: number, palette: Palette): string {
  const rows = results.flatMap((result) => {
    if (result.outcome === 'skipped') return [[result.id, describeSkipReason(result.reason)]];
    return result.outcome === 'unknown' ? [[result.id, describeUnknownReason(result.reason)]] : [];
  });
  return rows.length === 0 ? '' : `\nnot checked\n${layOutTable(rows, 28, width, palette)}`;
}

function renderClients(view: ConformanceView, width: number, palette: Palette): string {
  const isComplete = view.verdict !== 'unknown';
  const rows = summarizeClients(view.run).map((summary) => [
    CLIENT_NAMES[summary.client],
    describeClientSummary(summary, isComplete),
  ]);
  return `clients\n${layOutTable(rows, 14, width, palette)}`;
}

const layOutTable = (rows: readonly string[][], labelWidth: number, width: number, palette: Palette) =>
  `${layOutColumns(
    rows.map(([label = '', text = '']) => [`  ${label}`, escapeUnprintable(text)]),
    [labelWidth + 2, clampWidth(width) - labelWidth - 2],
    palette,
  )}\n`;
