import { analyseChains } from '../../domain/provider-chain/findings.ts';
import { isUsableProvider } from '../../domain/provider-chain/providers.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { getTextStyle } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';

interface SourcesFlags {
  profile?: string;
  format: TextOrJson;
}

export const sourcesCommand: CommandDefinition = {
  name: 'sources',
  group: 'Measure',
  description:
    'try every provider of the default credential chains; show which provider wins in which SDK, and why',
  declare: (command) =>
    command
      .option('--profile <name>', 'use this profile instead of the one in AWS_PROFILE')
      .addOption(createFormatFlag()),
  help: {
    notes: [
      'STS, IAM Identity Center (SSO) and sign-in are not called: a provider that needs them is shown as "not ' +
        'tried". A credential_process is run. Settings in code and JVM system properties are not visible from here.',
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
  },
  async run({ profile, format }: SourcesFlags, { io }) {
    disableWasmOptimisation();
    const { probeProviders } = await import('../../sources/probe/probe.ts');
    const { env, home, clock, random } = io;
    const facts = await probeProviders({ env, home, clock, random, profile });
    const report = analyseChains(facts);
    if (format === 'json') {
      const { renderSourcesJson } = await import('../../report/provider-chain/json.ts');
      await io.stdout.write(renderSourcesJson(report));
    } else {
      const { renderSourcesTable } = await import('../../report/provider-chain/table.ts');
      await io.stdout.write(renderSourcesTable(report, getTextStyle(io)));
    }
    return Object.values(facts.providers).some(isUsableProvider) ? EXIT.ok : EXIT.failed;
  },
};
