import type { FoundSchedules, KeptSchedule, RemovalState } from '../../domain/installation/removal.ts';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import {
  describeDatabase,
  describeElsewhere,
  describeLinger,
  describeNothingFound,
  describeRemoval,
  introduceKept,
  introduceWritten,
  listManualCommands,
  type RemovalContext,
} from '../messages/installation/removal.ts';
import { createPalette } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';

/** What is removed, then what stays, before the question. Lines and commands are not wrapped, so that they can be copied. */
export function renderFoundSchedules({ written, kept }: FoundSchedules, context: RemovalContext): string {
  const blocks = [
    ...(written.length === 0 ? [[describeNothingFound(context)]] : []),
    ...written.map((each) => [
      introduceWritten(each, context),
      '',
      ...(each.kind === 'cron' ? [context.showLine(each.line)] : each.files),
    ]),
    ...kept.map((each) => [introduceKept(each, context), '', ...listKeptLines(each, context)]),
  ];
  return blocks.map((lines) => `${lines.map(escapeUnprintable).join('\n')}\n\n`).join('');
}

const listKeptLines = (schedule: KeptSchedule, { showLine }: RemovalContext): string[] =>
  schedule.kind === 'cron' ? [showLine(schedule.line)] : listManualCommands(schedule);

/** What happened, and what else can be removed. */
export function renderRemoval(
  found: FoundSchedules,
  state: RemovalState,
  context: RemovalContext,
  style: TextStyle,
): string {
  const rows: [label: string, text: string][] =
    state === 'nothing'
      ? found.kept.length > 0 && !context.hasSystemUnits
        ? []
        : [['elsewhere', describeElsewhere(context)]]
      : [
          ['schedule', describeRemoval(found, state)],
          ...context.databases.map((path): [string, string] => ['database', describeDatabase(path)]),
          ...(state === 'removed' && context.isUserScope
            ? [['linger', describeLinger(context.user)] as [string, string]]
            : []),
        ];
  return rows.length === 0 ? '' : layOutRows(rows, style.width, createPalette(style));
}

/** `init --remove -f json`. */
export function renderRemovalJson(
  { written, kept }: FoundSchedules,
  state: RemovalState,
  { databases, showLine }: RemovalContext,
  now: Instant,
): string {
  const none = { scope: null, text: null, files: [] };
  const document = {
    schema_version: 1,
    generated_at: formatInstant(now),
    removal: state,
    schedules: written.map((each) =>
      each.kind === 'cron'
        ? { kind: each.kind, ...none, text: showLine(each.line), database: each.database }
        : { kind: each.kind, ...none, scope: each.scope, files: each.files, database: each.database },
    ),
    kept: kept.map((each) => {
      const common = { kind: each.kind, reason: each.reason, ...none };
      const commands = listManualCommands(each);
      if (each.kind === 'cron') return { ...common, text: showLine(each.line), commands };
      if (each.kind === 'drop-in') return { ...common, files: [each.folder], commands };
      return { ...common, scope: each.scope, files: each.files, commands };
    }),
    databases,
  };
  return `${toJson(document, 2)}\n`;
}
