import { CredWatchError } from '../../errors.ts';
import { REPORT_FORMAT_NAMES as NAMES, type ReportFormat } from '../../report/formats.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';
import { buildChoiceHint } from '../flags/suggestions.ts';

/** One rendering of a report, and where it goes: `-` is stdout. */
export interface ReportOutput {
  format: ReportFormat;
  file: string;
}

/** As `-f` gives it: without a file of its own it goes where `--output` says. */
export interface RequestedFormat {
  format: ReportFormat;
  file: string | null;
}

/** Reads `html` and `html=report.html`, for a flag that may be repeated. */
export function parseFormatFlag(text: string, before: readonly RequestedFormat[] = []): RequestedFormat[] {
  const [, name = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const format = NAMES.find((each) => each === name);
  if (format === undefined) {
    throw new InvalidValueError('is unknown', buildChoiceHint(name, NAMES, ', or FORMAT=FILE'));
  }
  if (file === '') throw new InvalidValueError('has no file', `use ${format}=FILE, or ${format} alone`);
  return [...before, { format, file: file ?? null }];
}

/**
 * Every rendering with its place. Two that would overwrite each other are refused.
 * @throws CredWatchError
 */
export function planOutputs(wanted: readonly RequestedFormat[], output: string | undefined): ReportOutput[] {
  const meant = NAMES.find((name) => name === output);
  if (meant !== undefined) {
    throw new CredWatchError(
      `--output '${meant}' is a format, and no file`,
      `use -f ${meant}, or -o ./${meant} for a file of that name`,
    );
  }
  const formats = wanted.length === 0 ? [{ format: 'table' as const, file: null }] : wanted;
  if (output !== undefined && formats.every(({ file }) => file !== null)) {
    throw new CredWatchError(
      `--output '${output}' has no report to take: every format names its own file`,
      'leave out --output, or the file of one format',
    );
  }
  const planned = formats.map(({ format, file }) => ({ format, file: file ?? output ?? '-' }));
  for (const [index, { format, file }] of planned.entries()) {
    const other = planned.slice(0, index).find((each) => each.file === file);
    if (other === undefined) continue;
    throw new CredWatchError(
      `${other.format} and ${format} both go to ${file === '-' ? 'stdout' : file}`,
      `give each a file of its own: -f ${other.format}=FILE -f ${format}=FILE`,
    );
  }
  return planned;
}
