import { Option } from 'commander';
import { IMDS_MODES } from '../../server/endpoint-request.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { addListeningFlags, createRepeatableFlag } from '../flags/listening-flags.ts';
import { createFormatFlag } from '../flags/shared-flags.ts';
import { parseDurationFlag, parseName, parseRoleName } from '../flags/value-parsers.ts';
import { printNote } from '../process/messages.ts';
import { SIMULATE_HELP } from '../simulation/help.ts';
import type { SimulateFlags } from '../simulation/settings.ts';

export const simulateCommand: CommandDefinition = {
  name: 'simulate',
  group: 'Serve',
  summary: 'serve false credentials, with rotation and faults',
  description: 'serve a metadata endpoint with false credentials, rotation and faults on request',
  declare: (command) =>
    addListeningFlags(command, 'address to listen on', '127.0.0.1:1338')
      .option('--lifetime <duration>', 'validity when issued (default: 6h)')
      .option('--rotate-every <duration>', 'time between rotations (default: a sixth of the lifetime)')
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
      .option('--role <name>', 'name of the attached role (default: simulated-role)', parseRoleName)
      .addOption(
        new Option('--imds <versions>', 'enabled IMDS versions')
          .choices(IMDS_MODES)
          .default(undefined, 'both'),
      )
      .option(
        '--shape <list>',
        'endpoints to simulate: imds, ecs, eks, cloudshell, or several with commas (default: imds)',
      )
      .option('--authorization-lifetime <duration>', 'lifetime of EKS service-account tokens (default: 24h)')
      .option('--tree <path>', 'JSON file or folder with more metadata; read again when it changes')
      .addOption(
        createRepeatableFlag('--fault <spec>', 'cause a fault, for example 503 or stall=3s', undefined),
      )
      .option(
        '--scenario <name|file>',
        'reproduce an outage, for example hop-limit; flags override its settings',
      )
      .addOption(
        createRepeatableFlag(
          '--variant <name=value>',
          'choose a behaviour where real endpoints differ, for example throttle=503',
          'the first choice of each',
        ),
      )
      .option(
        '--seed <text>',
        'repeat the keys, rotations and random faults of another run with this seed',
        parseName,
      )
      .option('--for <duration>', 'stop after this time (default: until SIGINT or SIGTERM)')
      .addOption(createFormatFlag('format of the output'))
      .option('--no-log', 'do not log requests')
      .option('--history <duration>', 'write the samples of this duration instead of serving')
      .option('--every <duration>', 'with --history: time between polls (default: 5m)')
      .option('--until <time>', 'with --history: end of the history (default: now)')
      .option('--host <name>', 'with --history: host name of the samples')
      .option('-o, --output <file>', 'with --history: output file; - is stdout (default: stdout)'),
  help: SIMULATE_HELP,
  async run(flags: SimulateFlags, invocation) {
    rejectFlagsOfOtherMode(flags, invocation);
    const { io } = invocation;
    const { readSimulationSettings } = await import('../simulation/settings.ts');
    const seed = Math.trunc(io.random() * 2 ** 40).toString(36);
    const settings = readSimulationSettings(flags, io.clock.now(), seed);
    for (const note of settings.notes) await printNote(io, note);
    if (flags.history !== undefined) {
      const { writeSimulatedHistory } = await import('../simulation/history.ts');
      return writeSimulatedHistory({ ...flags, history: flags.history }, settings, io);
    }
    const { serveSimulation } = await import('../simulation/serve.ts');
    return serveSimulation(flags, settings, io);
  },
};

const HISTORY_FLAGS = ['--every', '--until', '--host', '--output'];
const SERVING_FLAGS = ['--listen', '--allow-remote', '--allow-host', '--for', '--tree'];

/** @throws CredWatchError for a flag that has an effect only with, or only without, --history */
function rejectFlagsOfOtherMode({ history }: SimulateFlags, invocation: Invocation): void {
  const example = 'add a duration: `cred-watch simulate --history 30d`';
  if (history === undefined) rejectFlags(invocation, HISTORY_FLAGS, 'needs --history', example);
  else rejectFlags(invocation, SERVING_FLAGS, 'needs a server', 'remove --history to serve an endpoint');
}
