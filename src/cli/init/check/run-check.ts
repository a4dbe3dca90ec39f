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
import { findBasis, findInstallCommand } from './find-install-command.ts';
import { findPollers } from './find-pollers.ts';
import { isSourceChosen, probeSource, readSourceFlags } from './probe-source.ts';
import { type ReadResult, readDatabase } from './read-database.ts';

/**
 * `init --check`. Changes nothing. Resolves to the exit code.
 * @param root another folder than `/`, for tests
 */
export async function runCheck(flags: InitFlags, io: Io, root = '/'): Promise<number> {
  const path = resolve(resolveDatabaseFile(flags.db, io));
  const isDefault = path === resolve(resolveDatabaseFile(undefined, io));
  const { measuredInterval, poller, ...facts } = await readFacts(path, isDefault, flags, io, root);
  const checks = checkInstallation(facts);
  const { probe, polls } = facts;
  const findCommand = (changed: InitFlags) =>
    findInstallCommand(changed, {
      ...{ io, root, measuredInterval },
      databaseWords: isDefault ? [] : ['--db', path],
      validity: probe.isOk === true ? probe.validity : null,
    });
  const tooLong = checks.find((check) => check.code === 'POLL_INTERVAL');
  const context = {
    isPollOk: probe.isOk === true,
    failure: probe.isOk === false ? probe.failure : null,
    hasWorked: polls !== null && polls.sampleAt !== null,
    database: path,
    installCommand: await findCommand(flags),
    intervalCommand:
      tooLong === undefined || probe.isOk === null
        ? null
        : await findCommand({
            ...flags,
            ...(poller === null ? {} : readSourceFlags(poller)),
            source: probe.source,
            every: tooLong.pollEverySeconds,
          }),
    user: readUserName(io),
  };
  if (flags.format === 'json') await io.stdout.write(renderInstallationCheckJson(checks, context, facts.now));
  else await printText(io, renderInstallationCheck(checks, context, getTextStyle(io)));
  if (!isInstallationOk(checks)) return EXIT.failed;
  return isPollingUnknown(checks) ? EXIT.unknown : EXIT.ok;
}

type CheckFacts = InstallationFacts &
  Pick<ReadResult, 'measuredInterval'> & {
    /** The poller of this user that records in the database. Null: none. */
    poller: Poller | null;
  };

async function readFacts(
  path: string,
  isDefault: boolean,
  flags: InitFlags,
  io: Io,
  root: string,
): Promise<CheckFacts> {
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
  const { measuredInterval } = read;
  const validity = probe.isOk === true ? probe.validity : null;
  return {
    pollers,
    poller,
    ...read,
    assumedSource: findAssumedSource(flags, poller, source),
    clockOffset: (probe.isOk === null ? null : probe.clockOffset) ?? clockOffset,
    node: { ...(await readNode(poller, io)), addonError },
    probe,
    basis: source === null ? null : findBasis(source, { validity, measuredInterval, env: io.env }),
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
