import { Option } from 'commander';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import {
  createAllowHostFlag,
  createAllowRemoteFlag,
  createListenFlag,
  createRepeatableFlag,
} from '../flags/listening-flags.ts';
import { createExitCodesFlag } from '../flags/shared-flags.ts';
import {
  parseDurationFlag,
  parseNameFlag,
  parsePositiveDurationFlag,
  parseRoleNameFlag,
} from '../flags/value-parsers.ts';
import { addHelp } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { SimulateFlags } from '../simulation/flags.ts';
import { createSimulateHelp } from '../simulation/help.ts';

export const simulateCommand: CommandDefinition = {
  name: 'simulate',
  declare(program, perform) {
    const command = program
      .command('simulate')
      .helpGroup('Serve:')
      .description('a metadata endpoint that hands out false credentials, rotates them, and fails on request')
      .addOption(createListenFlag('where to listen', '127.0.0.1:1338'))
      .addOption(createAllowRemoteFlag())
      .addOption(createAllowHostFlag())
      .option('--lifetime <duration>', 'validity when issued (default: 6h)', parsePositiveDurationFlag)
      .option(
        '--rotate-every <duration>',
        'time between rotations (default: a sixth of the lifetime)',
        parsePositiveDurationFlag,
      )
      .option(
        '--overlap <duration>',
        'instead of --rotate-every: what is left of the old lifetime at a rotation',
        parseDurationFlag,
      )
      .option(
        '--jitter <duration>',
        'a rotation comes up to this much early or late (default: 1/30 of the time between two)',
        parseDurationFlag,
      )
      .option('--role <name>', 'the role that is attached (default: simulated-role)', parseRoleNameFlag)
      .addOption(
        new Option('--imds <versions>', 'which versions of IMDS answer')
          .choices(['both', 'v2', 'v1'])
          .default(undefined, 'both'),
      )
      .option('--shape <list>', 'imds, ecs, eks or cloudshell, or several with commas (default: imds)')
      .option(
        '--authorization-lifetime <duration>',
        'how long a service-account token of EKS is good for (default: 24h)',
        parsePositiveDurationFlag,
      )
      .option('--tree <path>', 'a JSON file or a folder with more metadata; read again when it changes')
      .addOption(createRepeatableFlag('--fault <spec>', 'something that goes wrong, see below', 'none'))
      .option('--scenario <name|file>', 'the rehearsal of an outage, see below; flags win over its settings')
      .addOption(
        createRepeatableFlag(
          '--variant <name=value>',
          'where real endpoints differ, see below',
          'the first of each',
        ),
      )
      .option(
        '--seed <text>',
        'the same keys, moments and chances in every run with this text',
        parseNameFlag,
      )
      .option(
        '--for <duration>',
        'stop after this time (default: at SIGINT or SIGTERM)',
        parsePositiveDurationFlag,
      )
      .addOption(
        new Option('-f, --format <format>', 'how it speaks').choices(['text', 'json']).default('text'),
      )
      .option('--no-log', 'no line for each request')
      .option(
        '--history <duration>',
        'write samples of so long a time instead of serving',
        parsePositiveDurationFlag,
      )
      .option(
        '--every <duration>',
        'with --history: time between two polls (default: 5m)',
        parsePositiveDurationFlag,
      )
      .option('--until <time>', 'with --history: when it ends (default: now)')
      .option('--host <name>', 'with --history: file the samples under this host', parseNameFlag)
      .option('-o, --output <file>', 'with --history: write to this file; - is stdout (default: -)')
      .addOption(createExitCodesFlag())
      .action((flags: SimulateFlags) => perform(({ io, debug }) => runSimulateCommand(flags, io, debug)));
    addHelp(command, createSimulateHelp);
  },
};

/** 0 when it was stopped as asked. */
async function runSimulateCommand(flags: SimulateFlags, io: Io, debug: boolean): Promise<number> {
  assertFitting(flags);
  const { readSimulationSettings } = await import('../simulation/settings.ts');
  const seed = Math.trunc(io.random() * 2 ** 40).toString(36);
  const settings = readSimulationSettings(flags, io.clock.now(), seed);
  for (const note of settings.notes) await printNote(io, note);
  if (flags.history !== undefined) {
    const { writeSimulatedHistory } = await import('../simulation/history.ts');
    return writeSimulatedHistory({ ...flags, history: flags.history }, settings, io);
  }
  const { serveSimulation } = await import('../simulation/serve.ts');
  return serveSimulation(flags, settings, io, debug);
}

/** What a run knows that writes, and one that serves. */
const OF_HISTORY = ['every', 'until', 'host', 'output'] as const;
const OF_SERVING = ['listen', 'allowRemote', 'allowHost', 'for', 'tree'] as const;

function assertFitting(flags: SimulateFlags): void {
  const isGiven = (flag: keyof SimulateFlags) => flags[flag] !== undefined && [flags[flag]].flat().length > 0;
  const isServing = flags.history === undefined;
  const stray = (isServing ? OF_HISTORY : OF_SERVING).find(isGiven);
  if (stray === undefined) return;
  const flag = `--${stray.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
  throw isServing
    ? new CredWatchError(`${flag} needs --history`, 'say how long: `cred-watch simulate --history 30d`')
    : new CredWatchError(`${flag} does not go with --history`, 'leave it out: nothing is served');
}
