import { constants } from 'node:os';
import type { Verdict } from '../../domain/verdict/job-verdict.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';

/** What the exit code says, before it is put into the caller's convention. */
export const EXIT = { ok: 0, notSafe: 1, failed: 1, usage: 2, unknown: 3, notStarted: 125 } as const;

/** Of a program that a signal ended, as shells have it. */
export const signalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export const toExitCode = (verdict: Verdict | NowJudgement['verdict'] | null): number =>
  verdict === null || verdict === 'safe' ? EXIT.ok : verdict === 'unknown' ? EXIT.unknown : EXIT.notSafe;

/**
 * - `nagios`: 0 OK, 2 CRITICAL, 3 UNKNOWN, which is also wrong usage (Monitoring Plugins' guidelines).
 * - `systemd`: for ExecCondition=, where 1 to 254 skip the unit quietly and 255 fails it so that someone is told.
 */
const ENCODINGS = {
  default: [0, 1, 2, 3],
  nagios: [0, 2, 3, 3],
  systemd: [0, 1, 255, 255],
} as const;

export const EXIT_CODE_STYLES = ['default', 'nagios', 'systemd'] as const;
export type ExitCodeStyle = keyof typeof ENCODINGS;

/** A wait that a signal ended has no answer: to a caller with codes of its own that is unknown. */
export const encodeExitCode = (code: number, style: ExitCodeStyle): number =>
  ENCODINGS[style][code] ?? (style === 'default' ? code : ENCODINGS[style][EXIT.unknown]);

/** Read from the raw arguments: it holds for the error of arguments that cannot be parsed, too. */
export function readExitCodeStyle(argv: readonly string[]): ExitCodeStyle {
  const at = argv.findLastIndex((word) => word === '--exit-codes' || word.startsWith('--exit-codes='));
  const value = argv[at]?.split('=')[1] ?? argv[at + 1];
  return at >= 0 ? (EXIT_CODE_STYLES.find((style) => style === value) ?? 'default') : 'default';
}
