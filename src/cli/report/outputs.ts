import { CredWatchError } from '../../errors.ts';
import { REPORT_FORMAT_NAMES, type ReportFormat } from '../../report/formats.ts';
import { buildChoiceHint } from '../flags/flag-hints.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';

/** A value of `--format`. */
export interface RequestedFormat {
  format: ReportFormat;
  /** Null to use `--output`. */
  file: string | null;
}

/** A format, and the file for it: `-` is stdout. */
export type ReportOutput = RequestedFormat & { file: string };

/**
 * Parses `html` and `html=report.html`.
 * @throws InvalidValueError
 */
export function parseFormatFlag(text: string): RequestedFormat {
  const [, name = '', file = null] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const format = REPORT_FORMAT_NAMES.find((each) => each === name);
  if (format === undefined) {
    const [, written, target] = /^(\w+):(.+)$/s.exec(text) ?? [];
    const separated = REPORT_FORMAT_NAMES.find((each) => each === written);
    if (separated !== undefined)
      throw new InvalidValueError('has a colon instead of =', `use -f ${separated}=${target}`);
    const guess = file === null ? guessFormat(name) : null;
    if (guess !== null) throw new InvalidValueError('is a file name', `use ${guess}=${name}`);
    throw new InvalidValueError('is unknown', buildChoiceHint(name, REPORT_FORMAT_NAMES, ', or FORMAT=FILE'));
  }
  if (file === '') throw new InvalidValueError('has no file', `use ${format}=FILE, or ${format} alone`);
  return { format, file };
}

/** The usual endings of the names of files. */
const FORMAT_OF_ENDINGS: Readonly<Record<string, ReportFormat>> = {
  html: 'html',
  htm: 'html',
  json: 'json',
  csv: 'csv',
  md: 'markdown',
  xml: 'junit',
  prom: 'prometheus',
};

/** Null if the name has none of the endings. */
function guessFormat(file: string): ReportFormat | null {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(FORMAT_OF_ENDINGS, ending) ? (FORMAT_OF_ENDINGS[ending] ?? null) : null;
}

/** The hint for `-o report.html` without a format. Null if the user probably wants the table. */
export function suggestFormat(
  requested: readonly RequestedFormat[],
  outputFlag: string | undefined,
): string | null {
  const format = requested.length > 0 || outputFlag === undefined ? null : guessFormat(outputFlag);
  return format === null ? null : `the file has the table: for ${format}, add -f ${format}`;
}

/** @throws CredWatchError if two outputs have the same file, or `--output` has no format */
export function planOutputs(
  requested: readonly RequestedFormat[],
  outputFlag: string | undefined,
): ReportOutput[] {
  const sameName = REPORT_FORMAT_NAMES.find((name) => name === outputFlag);
  if (sameName !== undefined) {
    throw new CredWatchError(
      `--output '${sameName}' is the name of a format`,
      `use -f ${sameName}, or -o ./${sameName} for a file with this name`,
    );
  }
  const formats = requested.length === 0 ? [{ format: 'table' as const, file: null }] : requested;
  if (outputFlag !== undefined && formats.every(({ file }) => file !== null)) {
    throw new CredWatchError(
      `--output '${outputFlag}' is not used: every format has its own file`,
      'remove --output, or the file of one format',
    );
  }
  const outputs = formats.map(({ format, file }) => ({ format, file: file ?? outputFlag ?? '-' }));
  for (const [index, { format, file }] of outputs.entries()) {
    const other = outputs.slice(0, index).find((each) => each.file === file);
    if (other === undefined) continue;
    throw new CredWatchError(
      `${other.format} and ${format} both write to ${file === '-' ? 'stdout' : file}`,
      `give each format its own file: -f ${other.format}=FILE -f ${format}=FILE`,
    );
  }
  return outputs;
}
