import { resolve } from 'node:path';
import {
  checkInstallation,
  isInstallationOk,
} from '../../../domain/installation/check/check-installation.ts';
import type { InstallationFacts, NodeFacts } from '../../../domain/installation/check/facts.ts';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import { renderInstallationCheck, renderInstallationCheckJson } from '../../../report/installation/check.ts';
import { resolveDatabaseFile } from '../../database/database-location.ts';
import { EXIT } from '../../flags/exit-codes.ts';
import { getTextStyle, type Io, printText } from '../../process/io.ts';
import type { InitFlags } from '../init-flags.ts';
import { runProgram } from '../run-program.ts';
import { readUserName } from '../user.ts';
import { findInstallCommand } from './find-install-command.ts';
import { findPollers } from './find-pollers.ts';
import { probeSource } from './probe-source.ts';
import { readDatabase } from './read-database.ts';

/**
 * `init --check`. Changes nothing. Resolves to the exit code.
 * @param root another folder than `/`, for tests
 */
export async function runCheck(flags: InitFlags, io: Io, root = '/'): Promise<number> {
  const path = resolve(resolveDatabaseFile(flags.db, io));
  const isDefault = path === resolve(resolveDatabaseFile(undefined, io));
  const facts = await readFacts(path, isDefault, flags, io, root);
  const checks = checkInstallation(facts);
  const context = {
    database: path,
    installCommand: await findInstallCommand(flags, isDefault ? [] : ['--db', path], io, root),
    user: readUserName(io),
  };
  if (flags.format === 'json') await io.stdout.write(renderInstallationCheckJson(checks, context, facts.now));
  else await printText(io, renderInstallationCheck(checks, context, getTextStyle(io)));
  return isInstallationOk(checks) ? EXIT.ok : EXIT.failed;
}

async function readFacts(
  path: string,
  isDefault: boolean,
  flags: InitFlags,
  io: Io,
  root: string,
): Promise<InstallationFacts> {
  const pollers = await findPollers(io, root);
  const own = pollers.filter(({ database }) => database === path);
  const isWrittenByOther = own.length > 0 && own.every(({ isOwn }) => !isOwn);
  const poller = own.find(({ isOwn }) => isOwn) ?? null;
  const probe = await probeSource(flags, poller, io);
  const source = probe.isOk === null ? null : probe.source;
  const { addonError, clockOffset, ...read } = await readDatabase(path, {
    ...io,
    isDefault,
    isWrittenByOther,
    source,
  });
  return {
    pollers,
    ...read,
    clockOffset: (probe.isOk === null ? null : probe.clockOffset) ?? clockOffset,
    node: { ...(await readNode(poller, io)), addonError },
    probe,
    now: io.clock.now(),
  };
}

/** The Node that the schedule starts, else the Node of this process. */
async function readNode(poller: Poller | null, io: Io): Promise<Pick<NodeFacts, 'path' | 'version'>> {
  const { node } = io.programFiles;
  const path = poller?.poll.node ?? node;
  if (path === node) return { path, version: io.nodeVersion };
  const { stdout } = await runProgram([path, '--version'], io.env);
  const [, version = null] = /^v(\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  return { path, version };
}
