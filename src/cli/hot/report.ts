import { reportCommand } from '../commands/report.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import type { ReportFlags } from '../report/report-flags.ts';
import { createHotCommand } from './hot-command.ts';

const SUPPORTED_FORMATS: readonly string[] = ['table', 'json'];

export const run = createHotCommand<ReportFlags>(
  reportCommand,
  ({ db, listen, format = [], presign = [], fleet = false, groupBy, since, until, timezone }) =>
    listen.length === 0 &&
    !fleet &&
    groupBy === undefined &&
    timezone === undefined &&
    // The parser of times takes 80 KB.
    since === undefined &&
    until === undefined &&
    !needsWholeProgram(db, process) &&
    presign.length === 0 &&
    format.every((each) => SUPPORTED_FORMATS.includes(each.format)),
  { isReport: true },
);
