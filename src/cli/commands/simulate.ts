import { Option } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { IMDS_MODES } from '../../server/endpoint-request.ts';
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
import { createSimulateHelp } from '../simulation/help.ts';
import type { SimulateFlags } from '../simulation/settings.ts';

export const simulateCommand: CommandDefinition = {
  name: 'simulate',
  declare(program, perform) {
    const command = program
      .command('simulate')
      .helpGroup('Serve:')
      .description('serve a metadata endpoint with false credentials, rotation and faults on request')
      .addOption(createListenFlag('address to listen on', '127.0.0.1:1338'))
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
        'instead of --rotate-every: remaining validity of the old credentials at a rotation',
        parseDurationFlag,
      )
      .option(
        '--jitter <duration>',
        'rotate up to this much early or late (default: 1/30 of the time between rotations)',
        parseDurationFlag,
      )
      .option('--role <name>', 'name of the attached role (default: simulated-role)', parseRoleNameFlag)
      .addOption(
        new Option('--imds <versions>', 'enabled IMDS versions')
          .choices(IMDS_MODES)
          .default(undefined, 'both'),
      )
      .option(
        '--shape <list>',
        'endpoints to simulate: imds, ecs, eks, cloudshell, or several with commas (default: imds)',
      )
      .option(
        '--authorization-lifetime <duration>',
        'lifetime of EKS service-account tokens (default: 24h)',
        parsePositiveDurationFlag,
      )
      .option('--tree <path>', 'JSON file or folder with more metadata; read again when it changes')
      .addOption(createRepeatableFlag('--fault <spec>', 'cause a fault, see below', 'none'))
      .option('--scenario <name|file>', 'reproduce an outage, see below; flags override its settings')
      .addOption(
        createRepeatableFlag(
          '--variant <name=value>',
          'choose a behaviour where real endpoints differ, see below',
          'the first choice of each',
        ),
      )
      .option(
        '--seed <text>',
        'repeat the keys, rotations and random faults of another run with this seed',
        parseNameFlag,
      )
      .option(
        '--for <duration>',
        'stop after this time (default: until SIGINT or SIGTERM)',
        parsePositiveDurationFlag,
      )
      .addOption(
        new Option('-f, --format <format>', 'format of the output').choices(['text', 'json']).default('text'),
      )
      .option('--no-log', 'do not log requests')
      .option(
        '--history <duration>',
        'write the samples of this duration instead of serving',
        parsePositiveDurationFlag,
      )
      .option(
        '--every <duration>',
        'with --history: time between polls (default: 5m)',
        parsePositiveDurationFlag,
      )
      .option('--until <time>', 'with --history: end of the history (default: now)')
      .option('--host <name>', 'with --history: host name of the samples', parseNameFlag)
      .option('-o, --output <file>', 'with --history: output file; - is stdout (default: -)')
      .addOption(createExitCodesFlag())
      .action((flags: SimulateFlags) => perform(({ io, debug }) => runSimulate(flags, io, debug)));
    addHelp(command, createSimulateHelp);
  },
};

async function runSimulate(flags: SimulateFlags, io: Io, debug: boolean): Promise<number> {
  rejectFlagsOfOtherMode(flags);
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

const HISTORY_FLAGS = ['every', 'until', 'host', 'output'] as const;
const SERVING_FLAGS = ['listen', 'allowRemote', 'allowHost', 'for', 'tree'] as const;

/** @throws CredWatchError for a flag that has an effect only with, or only without, --history */
function rejectFlagsOfOtherMode(flags: SimulateFlags): void {
  const isGiven = (flag: keyof SimulateFlags) => flags[flag] !== undefined && [flags[flag]].flat().length > 0;
  const isServing = flags.history === undefined;
  const name = (isServing ? HISTORY_FLAGS : SERVING_FLAGS).find(isGiven);
  if (name === undefined) return;
  const flag = `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
  throw isServing
    ? new CredWatchError(`${flag} needs --history`, 'add a duration: `cred-watch simulate --history 30d`')
    : new CredWatchError(`${flag} cannot be used with --history`, `omit ${flag}; --history does not serve`);
}
