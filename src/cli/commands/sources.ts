import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { compareWithExpectation, type Expectation } from '../../domain/provider-chain/expectation.ts';
import { analyseChains, type ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import { isVerified } from '../../domain/provider-chain/identity/verification.ts';
import { listWinningSources } from '../../domain/provider-chain/job-credentials.ts';
import { isUsableProvider } from '../../domain/provider-chain/provider-states.ts';
import { CredWatchError } from '../../errors.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { SourceOptions } from '../../sources/source.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { parseExpectation } from '../flags/expectation-flag.ts';
import { createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { createStsEndpointFlag } from '../flags/source-flags.ts';
import { parseProcessId } from '../flags/value-parsers.ts';
import { getTextStyle, printText } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';

interface SourcesFlags {
  profile?: string;
  pid?: number;
  expect?: Expectation;
  verify?: boolean;
  stsEndpoint?: string;
  format: TextOrJson;
}

export const sourcesCommand: CommandDefinition = {
  name: 'sources',
  group: 'Measure',
  summary: 'show which provider of credentials wins in which SDK, and why',
  description:
    'try every provider of the default credential chains; show which provider wins in which SDK, and why',
  declare: (command) =>
    command
      .option('--profile <name>', 'use this profile instead of the one in AWS_PROFILE')
      .option(
        '--pid <number>',
        'show what another process gets: its variables, home folder and working folder (Linux)',
        parseProcessId,
      )
      .option(
        '--expect <provider>',
        'exit with 1 unless every SDK uses this provider, for example container,role=loader,account=111122223333',
        parseExpectation,
      )
      .option(
        '--verify',
        'ask AWS STS whose credentials SDKs use: one GetCallerIdentity request, which needs no permission',
      )
      .addOption(createStsEndpointFlag())
      .addOption(createFormatFlag()),
  help: {
    commonFlags: ['--profile', '--pid', '--expect', '--verify', '--format'],
    notes: [
      'If keys state no expiration, the table shows the expiration that the database has for the key.',
      'Without --verify, STS, IAM Identity Center (SSO) and sign-in are not called: a provider that needs them is ' +
        'shown as "not tried". A credential_process is run. Settings in code and JVM system properties are not visible from here.',
      '--pid reads the environment with which the process was started. Its files are read as this user, and its ' +
        'credential_process is not run. If the process belongs to another user, no authorization token of a file is ' +
        'sent to the container endpoint.',
      '--expect takes environment, web-identity, profile, role, sso, process, container, imds, or another provider of ' +
        'the JSON output. It prints the differences, then the usual output. If nothing differs, it prints one line. ' +
        'With --verify, AWS states the role and the account.',
      '--verify signs the request with the credentials that SDKs use. The environment and the profile set the region ' +
        'and the endpoint of STS. If the credentials come from AWS, they are requested first, and a credential_process is ' +
        'run twice. If SDKs disagree, each set of credentials is verified.',
    ],
    exitCodes: [
      ['0', 'a provider has credentials, or would have after a call to AWS'],
      ['1', 'no provider has credentials, they are not as expected, or AWS does not confirm them'],
      WRONG_USAGE,
    ],
    examples: [
      ['cred-watch sources', 'prints no secret, so it may run in CI'],
      ['cred-watch sources --pid 4711', 'what a running program gets'],
      ['cred-watch sources --expect container,role=loader && ./load.sh'],
      ['cred-watch sources --verify', 'whose credentials are they really?'],
      ['cred-watch sources --profile loader', 'what this profile gets'],
    ],
  },
  async run({ profile, pid, expect, verify, stsEndpoint, format }: SourcesFlags, { io }) {
    if (stsEndpoint !== undefined && !verify) {
      throw new CredWatchError('--sts-endpoint needs --verify', 'without --verify, AWS STS is not called');
    }
    disableWasmOptimisation();
    const { probeProviders } = await import('../../sources/probe/probe.ts');
    const { openKeyLookup, openStoredKeys } = await import('../start-check/key-lookup.ts');
    const { env, home, clock, random } = io;
    // Only the extended API of IMDS states the account.
    const extendedApi = expect?.provider === 'imds' && expect.accountId !== null;
    const view = pid === undefined ? null : await observe(pid);
    using store = await openStoredKeys(io);
    const findKnownKey = store === null ? undefined : await openKeyLookup(store, io);
    const options = {
      env,
      home,
      clock,
      random,
      profile,
      extendedApi,
      stsEndpoint,
      findKnownKey,
      ...view?.options,
    };
    const facts = await probeProviders(options, {
      offline: false,
      ...(view && { observed: view.observed }),
    });
    const report = analyseChains(facts);
    const verification = verify ? await verifyReport(report, options) : null;
    const result = expect === undefined ? null : compareWithExpectation(expect, report, verification);
    const isConfirmed = verification === null || isVerified(verification);
    const knowledge = await findGeneralKnowledge(report, options.env);
    if (format === 'json') {
      const { renderSourcesJson } = await import('../../report/provider-chain/json.ts');
      await io.stdout.write(renderSourcesJson(report, knowledge, result, verification));
    } else {
      const { renderExpectation } = await import('../../report/provider-chain/expectation.ts');
      const { renderSourcesTable } = await import('../../report/provider-chain/table.ts');
      const { renderExitCodeNote } = await import('../../report/provider-chain/exit-code.ts');
      const { renderKnowledgeText } = await import('../../report/general-knowledge/text.ts');
      const first = result === null ? '' : renderExpectation(result, report, verification);
      const isComplete = result?.isMet && isConfirmed;
      const style = getTextStyle(io);
      const parts = isComplete
        ? [first]
        : [
            first,
            renderSourcesTable(report, style, verification),
            renderKnowledgeText(knowledge, style),
            // With --expect, the exit code already depends on every SDK.
            result === null && isConfirmed ? renderExitCodeNote(report, style) : '',
          ];
      await printText(io, parts.filter((part) => part !== '').join('\n'));
    }
    if (!isConfirmed) return EXIT.failed;
    if (result !== null) return result.isMet ? EXIT.ok : EXIT.failed;
    return Object.values(facts.providers).some(isUsableProvider) ? EXIT.ok : EXIT.failed;
  },
};

/** What is generally known about the credentials that SDKs find. */
async function findGeneralKnowledge(
  { facts, outcomes }: ChainReport,
  variables: Environment,
): Promise<SourceKnowledge[]> {
  const { getSourceKnowledge } = await import('../../domain/general-knowledge/source-knowledge.ts');
  return listWinningSources(outcomes).map((source) =>
    getSourceKnowledge({ source, variables, platform: facts.platform }),
  );
}

async function verifyReport(report: ChainReport, options: SourceOptions) {
  const { verifyWinners } = await import('../../sources/verify/verify-winners.ts');
  return verifyWinners(report, options);
}

async function observe(pid: number) {
  const { observeProcess } = await import('../../sources/probe/process-view.ts');
  return observeProcess(pid);
}
