import { resolve } from 'node:path';
import {
  checkInstallation,
  isInstallationOk,
  isPollingUnknown,
} from '../../../domain/installation/check/check-installation.ts';
import type {
  AssumedSource,
  InstallationFacts,
  NodeFacts,
} from '../../../domain/installation/check/facts.ts';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import type { SourceName } from '../../../domain/model.ts';
import { renderInstallationCheck, renderInstallationCheckJson } from '../../../report/installation/check.ts';
import { resolveDatabaseFile } from '../../database/database-location.ts';
import { EXIT } from '../../flags/exit-codes.ts';
import { getTextStyle, type Io, printText } from '../../process/io.ts';
import type { InitFlags } from '../init-flags.ts';
import { runProgram } from '../run-program.ts';
import { readUserName } from '../user.ts';
import { findInstallCommand } from './find-install-command.ts';
import { findPollers } from './find-pollers.ts';
import { isSourceChosen, probeSource } from './probe-source.ts';
import { type ReadResult, readDatabase } from './read-database.ts';

/**
 * `init --check`. Changes nothing. Resolves to the exit code.
 * @param root another folder than `/`, for tests
 */
export async function runCheck(flags: InitFlags, io: Io, root = '/'): Promise<number> {
  const path = resolve(resolveDatabaseFile(flags.db, io));
  const isDefault = path === resolve(resolveDatabaseFile(undefined, io));
  const { measuredInterval, ...facts } = await readFacts(path, isDefault, flags, io, root);
  const checks = checkInstallation(facts);
  const { probe, polls } = facts;
  const context = {
    isPollOk: probe.isOk === true,
    failure: probe.isOk === false ? probe.failure : null,
    hasWorked: polls !== null && polls.sampleAt !== null,
    database: path,
    installCommand: await findInstallCommand(flags, {
      ...{ io, root, measuredInterval },
      databaseWords: isDefault ? [] : ['--db', path],
      validity: probe.isOk === true ? probe.validity : null,
    }),
    user: readUserName(io),
  };
  if (flags.format === 'json') await io.stdout.write(renderInstallationCheckJson(checks, context, facts.now));
  else await printText(io, renderInstallationCheck(checks, context, getTextStyle(io)));
  if (!isInstallationOk(checks)) return EXIT.failed;
  return isPollingUnknown(checks) ? EXIT.unknown : EXIT.ok;
}

async function readFacts(
  path: string,
  isDefault: boolean,
  flags: InitFlags,
  io: Io,
  root: string,
): Promise<InstallationFacts & Pick<ReadResult, 'measuredInterval'>> {
  const pollers = await findPollers(io, root);
  const own = pollers.filter(({ database }) => database === path);
  const isWrittenByOther = own.length > 0 && own.every(({ isOwn }) => !isOwn);
  const poller = own.find(({ isOwn }) => isOwn) ?? null;
  const probe = await probeWithKnownKeys(path, flags, poller, io);
  const source = probe.isOk === null ? null : probe.source;
  const { addonError, clockOffset, ...read } = await readDatabase(path, {
    ...io,
    isDefault,
    isWrittenByOther,
    source,
    now: io.clock.now(),
  });
  return {
    pollers,
    ...read,
    assumedSource: findAssumedSource(flags, poller, source),
    clockOffset: (probe.isOk === null ? null : probe.clockOffset) ?? clockOffset,
    node: { ...(await readNode(poller, io)), addonError },
    probe,
    now: io.clock.now(),
  };
}

/** As `check`, uses the expiration that the database knows for copied keys. */
async function probeWithKnownKeys(path: string, flags: InitFlags, poller: Poller | null, io: Io) {
  const { openKeyLookup, openStoredKeys } = await import('../../start-check/key-lookup.ts');
  using store = await openStoredKeys(io, path);
  const findKnownKey = store === null ? undefined : await openKeyLookup(store, io);
  return await probeSource(flags, poller, findKnownKey, io);
}

/** Null if flags or a poller say what to poll, or if a poll without flags polls this source. */
function findAssumedSource(
  flags: InitFlags,
  poller: Poller | null,
  source: SourceName | null,
): AssumedSource | null {
  if (source === null || source === 'imds' || source === 'container') return null;
  return isSourceChosen(flags) || poller !== null ? null : source;
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
