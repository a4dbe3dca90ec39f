import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../../support/cli/test-io.ts';
import { splitCommandLine } from '../../../src/cli/flags/command-line.ts';
import { COMMANDS } from '../../../src/cli/program.ts';
import { createLineParser } from '../../../src/cli/run-line.ts';
import { isThorough } from '../../support/thorough.ts';

const HOT = COMMANDS.filter(({ name }) => ['poll', 'check', 'exec', 'report', 'status'].includes(name));

/** Every nth input declares the flags of all commands. */
const FULL_EVERY = 10;

const SILENT = { writeOut: () => {}, writeErr: () => {} };

/**
 * The result of a new parser.
 * @param commands all commands that the program knows
 * @param declared the commands that the parser declares, if these are fewer or have fewer flags
 */
function parse(words: readonly string[], commands: typeof COMMANDS, declared = commands) {
  const line = splitCommandLine(words, commands);
  try {
    const { definition, command } = createLineParser(declared, SILENT, {}).parse(line);
    const sources = command.options.map((option) => command.getOptionValueSource(option.attributeName()));
    return {
      name: definition.name,
      flags: command.opts(),
      sources,
      args: command.args,
      childCommand: line.childCommand,
    };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const flags = createLineParser(COMMANDS, SILENT, {}).program.commands.flatMap(({ options }) =>
  options.flatMap(({ short, long }) => [short ?? '', long ?? '']),
);
const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...new Set(flags), '--help', '-h', '-V', '--version', '--debug') },
  fc.constantFrom(
    ...'1h 5m 4h30m 0 -1 json table csv imds container auto nagios 95% 7d -- true -'.split(' '),
  ),
  fc.constantFrom(...COMMANDS.map(({ name }) => name), '', '-j4h', '-fjson', '--format=json', '-j=4h'),
  fc.string({ maxLength: 5 }),
);

describe('a bundle with one command', () => {
  test.each(HOT.map((definition) => [definition.name, definition] as const))(
    'the bundle of %s parses a command line like the whole program',
    (name, definition) => {
      let [parsed, inputs] = [0, 0];
      // Flags of other commands are most of the time of a parser, so only some inputs declare them.
      const withoutOtherFlags = COMMANDS.map((each) =>
        each === definition ? each : { ...each, declare: () => {} },
      );
      fc.assert(
        fc.property(fc.array(word, { maxLength: 6 }), (words) => {
          inputs += 1;
          const whole = parse(
            [name, ...words],
            COMMANDS,
            inputs % FULL_EVERY === 0 ? COMMANDS : withoutOtherFlags,
          );
          if (!('error' in whole)) parsed += 1;
          const alone = parse([name, ...words], [definition]);
          // After an error, the whole program parses the line again, so only the fact matters.
          if ('error' in whole) expect(alone).toHaveProperty('error');
          else expect(alone).toEqual(whole);
        }),
        { numRuns: isThorough ? 3000 : 100, seed: 7 },
      );
      expect(parsed).toBeGreaterThan(10);
    },
  );
});
