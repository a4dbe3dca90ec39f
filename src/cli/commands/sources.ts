import { type Command, Option } from 'commander';
import { findChainFindings } from '../../domain/provider-chain/findings.ts';
import { isUsableProvider } from '../../domain/provider-chain/providers.ts';
import { resolveChains } from '../../domain/provider-chain/sdk-chains.ts';
import type { SourcesReport } from '../../report/provider-chain/chain-report.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createExitCodesFlag, parseNameFlag } from '../flags/flags.ts';
import { getOutputWidth, type Io, wantsColour } from '../process/io.ts';
import { disableWasmOptimisation } from '../process/wasm-optimisation.ts';

interface SourcesFlags {
  profile?: string;
  format: 'text' | 'json';
}

export function declareSources(program: Command, run: (flags: SourcesFlags) => Promise<void>): void {
  program
    .command('sources')
    .helpGroup('Measure:')
    .description(
      'try every place credentials could come from; which one wins, for which SDK, and what hides what',
    )
    .option('--profile <name>', 'look as if AWS_PROFILE named this profile', parseNameFlag)
    .addOption(
      new Option('-f, --format <format>', 'for people or for programs')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
STS, IAM Identity Center (SSO) and sign-in are not asked: what needs them is
told as "not tried". A credential_process is run. Settings in code, and the
JVM's own, cannot be seen from here.

Exit codes: 0 a place answers, or would after a call to AWS · 1 none ·
2 wrong usage

Examples:
  cred-watch sources                   for an entry point: no secret is shown
  cred-watch sources --profile loader  what a program with that profile gets`,
    )
    .action(run);
}

/** 0: somebody would get credentials that have not expired; 1: nobody would. */
export async function runSourcesCommand({ profile, format }: SourcesFlags, io: Io): Promise<number> {
  await disableWasmOptimisation();
  const { probeProviders } = await import('../../sources/probe/probe.ts');
  const facts = await probeProviders({
    env: io.env,
    home: io.home,
    clock: io.clock,
    random: io.random,
    ...(profile === undefined ? {} : { profile }),
  });
  const outcomes = resolveChains(facts);
  const report = { facts, outcomes, findings: findChainFindings(facts, outcomes) };
  await io.stdout.write(format === 'json' ? await json(report) : await table(report, io));
  return Object.values(facts.providers).some(isUsableProvider) ? EXIT.ok : EXIT.failed;
}

const json = async (report: SourcesReport) =>
  (await import('../../report/provider-chain/json.ts')).renderSourcesJson(report);

async function table(report: SourcesReport, io: Io): Promise<string> {
  const { renderSourcesTable } = await import('../../report/provider-chain/table.ts');
  return renderSourcesTable(report, {
    width: getOutputWidth(io.stdout),
    hasColour: wantsColour(io.stdout, io.env),
  });
}
