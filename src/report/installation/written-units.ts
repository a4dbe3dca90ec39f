import { listCalendarIntervals } from '../../domain/installation/interval.ts';
import type { UnitScope } from '../../domain/installation/schedule.ts';
import { splitShellWords } from '../../domain/installation/shell-words.ts';
import { readUnitSetting } from '../../domain/installation/unit-poll.ts';
import type { Seconds } from '../../domain/model.ts';
import { buildService, buildTimer, type UnitCommand } from './systemd-units.ts';

/** True if `init` could have written the timer, so that no edit of the user is lost without it. */
export const isWrittenTimer = (text: string): boolean => findTimerInterval(text) !== null;

/** The interval of a timer that `init` wrote. Null for other timers. */
export const findTimerInterval = (text: string): Seconds | null =>
  listCalendarIntervals().find((every) => buildTimer(every) === text) ?? null;

/** True if `init` could have written the service, so that no edit of the user is lost without it. */
export function isWrittenService(text: string, scope: UnitScope): boolean {
  const command = readUnitCommand(text, scope);
  return command !== null && buildService(command, scope) === text;
}

/** The command of a service that `init` wrote. Null if the service has another form. */
export function readUnitCommand(text: string, scope: UnitScope): UnitCommand | null {
  const [node = '', ...args] = splitShellWords(readUnitSetting(text, 'ExecStart') ?? '').map(
    unescapePercents,
  );
  const [program = '', ...words] = args.map((word) => word.replaceAll('$$', '$'));
  if (!node.startsWith('/') || !program.startsWith('/') || words[0] !== 'poll') return null;
  const flag = words.indexOf('--db');
  if (flag !== (scope === 'system' ? -1 : words.length - 2)) return null;
  const variables = [...text.matchAll(/^Environment=(.*)$/gm)].map(([, value = '']): [string, string] => {
    const [assignment = ''] = splitShellWords(value).map(unescapePercents);
    const end = assignment.indexOf('=');
    return [assignment.slice(0, end), assignment.slice(end + 1)];
  });
  return {
    ...{ node, program, variables },
    words: flag < 0 ? words : words.slice(0, flag),
    database: flag < 0 ? '' : (words[flag + 1] ?? ''),
  };
}

const unescapePercents = (word: string): string => word.replaceAll('%%', '%');
