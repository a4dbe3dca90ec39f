import { type Command, Option } from 'commander';
import {
  SETUP_FIREWALLS,
  SETUP_SYSTEMS,
  type SetupFirewall,
  type SetupSystem,
} from '../../../domain/setup/setup-plan.ts';
import { CredWatchError } from '../../../errors.ts';
import { type Invocation, rejectFlags } from '../../command.ts';
import { InvalidValueError } from '../../flags/invalid-value.ts';
import { createRepeatableFlag } from '../../flags/listening-flags.ts';
import type { TextOrJson } from '../../flags/shared-flags.ts';

/** The flags of {@link addSetupFlags}, and the flags of `serve` that have an effect on the set-up. */
export interface SetupFlags {
  setup?: SetupSystem;
  setupUndo?: SetupSystem;
  setupCheck?: boolean;
  setupFirewall?: SetupFirewall;
  setupBridge: string[];
  listen: string[];
  shape?: string;
  format: TextOrJson;
}

export const addSetupFlags = (command: Command) =>
  command
    .addOption(
      new Option(
        '--setup <system>',
        'instead of serving: print the commands that route 169.254.169.254 to the server',
      ).choices(SETUP_SYSTEMS),
    )
    .addOption(
      new Option(
        '--setup-undo <system>',
        'instead of serving: print the commands that revert --setup',
      ).choices(SETUP_SYSTEMS),
    )
    .option('--setup-check', 'instead of serving: show what this machine lacks, and which command adds it')
    .addOption(
      new Option('--setup-firewall <program>', 'with --setup linux: the program that redirects port 80')
        .choices(SETUP_FIREWALLS)
        .default(undefined, SETUP_FIREWALLS[0]),
    )
    .addOption(
      createRepeatableFlag(
        '--setup-bridge <interface>',
        'with --setup linux: also route requests of all containers on this network bridge, for example docker0',
        undefined,
        parseInterface,
      ),
    );

/** The kernel allows more characters. These need no quotes in a shell or in a rule. */
function parseInterface(text: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,14}$/.test(text)) return text;
  throw new InvalidValueError('is not a network interface', 'use a name such as docker0');
}

/** What the user wants instead of serving; null if the command serves. */
export type SetupAction = { kind: 'print' | 'undo'; system: SetupSystem } | { kind: 'check' };

const FLAGS_OF_ACTIONS = {
  print: ['--listen', '--shape', '--setup-firewall', '--setup-bridge'],
  undo: [],
  check: ['--listen', '--shape', '--setup-firewall', '--setup-bridge', '--format'],
} as const;

/** @throws CredWatchError for flags that contradict each other or have no effect */
export function findSetupAction(flags: SetupFlags, invocation: Invocation): SetupAction | null {
  const { setup, setupUndo, setupCheck } = flags;
  const actions = [
    ...(setup === undefined ? [] : [{ flag: '--setup', action: { kind: 'print' as const, system: setup } }]),
    ...(setupUndo === undefined
      ? []
      : [{ flag: '--setup-undo', action: { kind: 'undo' as const, system: setupUndo } }]),
    ...(setupCheck ? [{ flag: '--setup-check', action: { kind: 'check' as const } }] : []),
  ];
  const [first, second] = actions;
  if (first === undefined) {
    const example = 'add --setup linux or --setup-check';
    rejectFlags(
      invocation,
      ['--setup-firewall', '--setup-bridge'],
      'needs --setup or --setup-check',
      example,
    );
    return null;
  }
  if (second !== undefined) {
    throw new CredWatchError(`${first.flag} and ${second.flag} cannot be combined`, 'remove one of them');
  }
  const { flag, action } = first;
  if (action.kind === 'print' && action.system !== 'linux') {
    const hint = 'use --setup linux, or remove the flag';
    rejectFlags(invocation, ['--setup-firewall', '--setup-bridge'], 'has an effect only on Linux', hint);
  }
  const allowed: readonly string[] = [flag, '--exit-codes', ...FLAGS_OF_ACTIONS[action.kind]];
  const others = invocation.command.options.flatMap(({ long }) =>
    long === undefined || long === null || allowed.includes(long) ? [] : [long],
  );
  rejectFlags(invocation, others, `has no effect with ${flag}`, `remove it: ${flag} does not serve`);
  return action;
}
