import { platform } from 'node:os';
import { ALL_METADATA_ADDRESSES, type SetupSystem } from '../../../domain/setup/setup-plan.ts';
import { CredWatchError } from '../../../errors.ts';
import type { Invocation } from '../../command.ts';
import { EXIT } from '../../flags/exit-codes.ts';
import { getTextStyle, type Io, printText } from '../../process/io.ts';
import { findSetupAction, type SetupFlags } from './flags.ts';

/**
 * Runs `--setup`, `--setup-undo` or `--setup-check`. Resolves to the exit code; null without these flags.
 * @throws CredWatchError
 */
export async function runSetup(flags: SetupFlags, invocation: Invocation): Promise<number | null> {
  const action = findSetupAction(flags, invocation);
  if (action === null) return null;
  const { io } = invocation;
  if (action.kind === 'check') return checkMachine(flags, io);
  await io.stdout.write(
    action.kind === 'print' ? await buildSetup(flags, action.system) : await buildUndo(action.system),
  );
  return EXIT.ok;
}

async function buildSetup(flags: SetupFlags, system: SetupSystem): Promise<string> {
  const { readSetupPlan } = await import('./read-plan.ts');
  const plan = readSetupPlan(flags, system);
  switch (system) {
    case 'linux':
      return (await import('../../../report/setup/linux.ts')).buildLinuxSetup(plan);
    case 'macos':
      return (await import('../../../report/setup/macos.ts')).buildMacosSetup(plan);
    case 'windows':
      return (await import('../../../report/setup/windows.ts')).buildWindowsSetup(plan);
  }
}

async function buildUndo(system: SetupSystem): Promise<string> {
  switch (system) {
    case 'linux':
      return (await import('../../../report/setup/linux.ts')).buildLinuxUndo();
    case 'macos':
      return (await import('../../../report/setup/macos.ts')).buildMacosUndo(ALL_METADATA_ADDRESSES);
    case 'windows':
      return (await import('../../../report/setup/windows.ts')).buildWindowsUndo(ALL_METADATA_ADDRESSES);
  }
}

const SYSTEMS: Readonly<Record<string, SetupSystem>> = { linux: 'linux', darwin: 'macos', win32: 'windows' };

async function checkMachine(flags: SetupFlags, io: Io): Promise<number> {
  const system = SYSTEMS[platform()];
  if (system === undefined) {
    throw new CredWatchError(
      `--setup-check does not know this system: ${platform()}`,
      'run it on Linux, macOS or Windows',
    );
  }
  const { readSetupPlan } = await import('./read-plan.ts');
  const { readSetupFacts } = await import('./read-facts.ts');
  const { checkSetup, isSetupComplete } = await import('../../../domain/setup/setup-checks.ts');
  const { renderSetupCheck, renderSetupCheckJson } = await import('../../../report/setup/check.ts');
  const plan = readSetupPlan(flags, system);
  const checks = checkSetup(plan, await readSetupFacts(plan, system, io.env));
  const context = { plan, system };
  if (flags.format === 'json') await io.stdout.write(renderSetupCheckJson(checks, context, io.clock.now()));
  else await printText(io, renderSetupCheck(checks, context, getTextStyle(io)));
  return isSetupComplete(checks) ? EXIT.ok : EXIT.failed;
}
