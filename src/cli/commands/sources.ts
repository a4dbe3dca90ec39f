import { Option } from 'commander';
import { analyseChains, type ChainReport } from '../../domain/provider-chain/findings.ts';
import { isUsableProvider } from '../../domain/provider-chain/providers.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createExitCodesFlag } from '../flags/shared-flags.ts';
import { parseNameFlag } from '../flags/value-parsers.ts';
import { addHelp, WRONG_USAGE } from '../manual/command-help.ts';
import { getOutputWidth, type Io, wantsColour } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';

interface SourcesFlags {
  profile?: string;
  format: 'text' | 'json';
}

export const sourcesCommand: CommandDefinition = {
  name: 'sources',
  declare(program, perform) {
    const command = program
      .command('sources')
      .helpGroup('Measure:')
      .description(
        'try every provider of the default credential chains; show which provider wins in which SDK, and why',
      )
      .option('--profile <name>', 'use this profile instead of the one in AWS_PROFILE', parseNameFlag)
      .addOption(
        new Option('-f, --format <format>', 'output format').choices(['text', 'json']).default('text'),
      )
      .addOption(createExitCodesFlag())
      .action((flags: SourcesFlags) => perform(({ io }) => runSources(flags, io)));
    addHelp(command, () => ({
      notes: [
        {
          kind: 'paragraph',
          text:
            'STS, IAM Identity Center (SSO) and sign-in are not called: a provider that needs them is shown as "not ' +
            'tried". A credential_process is run. Settings in code and JVM system properties are not visible from here.',
        },
      ],
      exitCodes: [
        ['0', 'a provider has credentials, or would have after a call to AWS'],
        ['1', 'no provider has credentials'],
        WRONG_USAGE,
      ],
      examples: [
        ['cred-watch sources', 'shows no secret, so it may run in a container entry point'],
        ['cred-watch sources --profile loader', 'what a program with this profile gets'],
      ],
    }));
  },
};

async function runSources({ profile, format }: SourcesFlags, io: Io): Promise<number> {
  await disableWasmOptimisation();
  const { probeProviders } = await import('../../sources/probe/probe.ts');
  const facts = await probeProviders({
    env: io.env,
    home: io.home,
    clock: io.clock,
    random: io.random,
    profile,
  });
  const report = analyseChains(facts);
  await io.stdout.write(format === 'json' ? await renderJson(report) : await renderTable(report, io));
  return Object.values(facts.providers).some(isUsableProvider) ? EXIT.ok : EXIT.failed;
}

const renderJson = async (report: ChainReport) =>
  (await import('../../report/provider-chain/json.ts')).renderSourcesJson(report);

async function renderTable(report: ChainReport, io: Io): Promise<string> {
  const { renderSourcesTable } = await import('../../report/provider-chain/table.ts');
  return renderSourcesTable(report, {
    width: getOutputWidth(io.stdout),
    hasColour: wantsColour(io.stdout, io.env),
  });
}
