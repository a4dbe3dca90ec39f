import { type ReportFlags, reportCommand } from '../commands/report.ts';
import { createHotCommand } from './hot-command.ts';

const FORMATS: readonly string[] = ['table', 'json'];

export const run = createHotCommand<ReportFlags>(reportCommand, ({ format = [] }) =>
  format.every((each) => FORMATS.includes(each.format)),
);
