import type { Instant } from '../../domain/model.ts';
import { describeServing } from '../../report/messages/serving/status.ts';
import { formatHealth } from '../../report/serving/health.ts';
import type { Shape } from '../../server/endpoint-request.ts';
import type { MonitorResponse } from '../../server/monitor/monitor-response.ts';
import type { ServingAddress } from '../../server/serving/serving.ts';
import type { PollStore, RecordedPoll } from '../../watch/poll-once.ts';
import { assertNotPostgres, resolveDatabaseFile } from '../database/database-location.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseValue } from '../flags/invalid-value.ts';
import { parseShapes } from '../flags/listening-flags.ts';
import { openBestEffortStore } from '../process/best-effort-store.ts';
import type { Io } from '../process/io.ts';
import { createErrorPrinter, printNote } from '../process/messages.ts';
import { readProfileRegion } from '../process/profile-region.ts';
import { disableWasmTiering } from '../process/wasm-optimisation.ts';
import { Audit } from './audit/audit.ts';
import { findTargetUser, readOwnName, type TargetUser } from './drop-root.ts';
import { findServingAddresses } from './listen-targets.ts';
import { createMetricsPage } from './metrics.ts';
import { createRefreshLog, type RefreshLog } from './refresh-log.ts';
import { createRequestLog } from './request-log.ts';
import { type RoleSettings, readRoleSettings } from './role-settings.ts';
import { openRoles } from './roles/open-roles.ts';
import type { ServeFlags } from './serve-flags.ts';
import { findClockOffset, getAwsNow, SourceRole } from './source-role.ts';
import { printExposedDatabase, printFirstFailures, printStart, printSummary } from './start-output.ts';
import { startServer } from './start-server.ts';
import {
  describeForeignSockets,
  findInheritedSockets,
  removeServiceVariables,
} from './systemd/inherited-sockets.ts';
import { createServiceManager, type ServiceManager } from './systemd/service-manager.ts';

interface ServeSettings {
  roles: readonly RoleSettings[];
  shapes: readonly Shape[];
  listen: readonly ServingAddress[];
  user: TargetUser | null;
}

/** @throws CredWatchError if flags are invalid or contradict each other */
function readSettings(flags: ServeFlags, io: Io): ServeSettings {
  const names = flags.serve.map(({ name }) => name);
  return {
    roles: readRoleSettings(flags),
    shapes: parseValue('--shape', flags.shape ?? 'imds', parseShapes),
    listen: findServingAddresses(flags, names, findInheritedSockets(io.env, io.pid)),
    user: flags.user === undefined ? null : findTargetUser(flags.user, io),
  };
}

/** Serves credentials until the end. Resolves to the exit code. */
export async function serve(flags: ServeFlags, serviceIo: Io): Promise<number> {
  using _ = disableWasmTiering();
  assertNotPostgres(flags.db, serviceIo);
  const settings = readSettings(flags, serviceIo);
  const foreign = describeForeignSockets(serviceIo.env, serviceIo.pid);
  if (foreign !== null)
    await printNote(
      serviceIo,
      foreign,
      'start the program directly in ExecStart=, or with `exec` in a shell',
    );
  const stop = serviceIo.createStopSignal();
  const end = new AbortController();
  const manager = createServiceManager({
    ...{ env: serviceIo.env, pid: serviceIo.pid, clock: serviceIo.clock, stop: end.signal },
    onProblem: (message, hint) => void printNote(serviceIo, message, hint),
  });
  const io: Io = { ...serviceIo, env: removeServiceVariables(serviceIo.env) };
  try {
    return await serveUntilStopped({ flags, settings, io, manager, stop, end: end.signal });
  } finally {
    end.abort();
  }
}

interface ServeContext {
  flags: ServeFlags;
  settings: ServeSettings;
  io: Io;
  manager: ServiceManager;
  /** Aborted by a signal. */
  stop: AbortSignal;
  /** Aborted at the end. */
  end: AbortSignal;
}

async function serveUntilStopped(context: ServeContext): Promise<number> {
  const { flags, settings, io, end } = context;
  const requests = createRequestLog(flags, () => findClockOffset(roles), io);
  const audit = new Audit(flags, io);
  const refreshes = createRefreshLog(flags.format, requests.write, io);
  const roles: readonly SourceRole[] = settings.roles.map((each) => {
    const onPoll = (recorded: RecordedPoll) => {
      metrics.invalidate();
      refreshes.onPoll(role, recorded);
      void context.manager.notifyStatus(describeRoles(roles, io));
    };
    const role: SourceRole = createRole(each, flags, io, onPoll);
    return role;
  });
  /** The process after root was given up. */
  let userIo = io;
  const startedAt = io.clock.now();
  const metrics = createMetricsPage(() => resolveDatabaseFile(flags.db, userIo), roles, io, end);
  const serving = await startServer(
    {
      ...settings,
      roles,
      routes: new Map([
        ['/healthz', async () => checkHealth(roles, startedAt, userIo)],
        ['/metrics', metrics.route],
      ]),
      findPeer: audit.findPeer,
      onExchange(exchange) {
        requests.onExchange(exchange);
        audit.onExchange(exchange);
      },
      findRegion: (ownIo) => findRegion(flags, ownIo),
    },
    flags,
    io,
  );
  try {
    userIo = serving.io;
    await audit.start(userIo);
    // Waiting for a lock would block all responses.
    const store = await openBestEffortStore(flags.db, userIo, { maxLockWaitMs: 10 }, MISSING_DATABASE_HINT);
    try {
      const isStarted = await startRoles(
        { ...context, io: userIo },
        roles,
        { origins: serving.origins, startedAt },
        store,
        refreshes,
      );
      if (context.stop.aborted) return EXIT.ok;
      await printExposedDatabase(flags, userIo);
      if (!isStarted) return EXIT.failed;
      await printStart(
        { flags, shapes: settings.shapes, listen: settings.listen, roles, serving, startedAt },
        io,
      );
      await context.manager.notifyReady(describeRoles(roles, io));
      await waitForEnd(flags, io, context.stop);
      void context.manager.notifyStopping();
    } finally {
      await Promise.all(roles.map((role) => role.close()));
      store.close();
    }
  } finally {
    await serving.close();
    await audit.close();
  }
  await printSummary(requests.traffic.summarise(), refreshes.counts, flags.format, io);
  return EXIT.ok;
}

const createRole = (
  { name, source }: RoleSettings,
  { idle = false, refreshBefore }: ServeFlags,
  io: Io,
  onPoll: (recorded: RecordedPoll) => void,
) =>
  new SourceRole(name, source, {
    clock: io.clock,
    random: io.random,
    idle,
    minRemaining: refreshBefore,
    onPoll,
    onRecordError: createErrorPrinter(io),
  });

const MISSING_DATABASE_HINT =
  'correct --db or its permissions, and restart: `serve --who`, `report` and `check --offline` lack these credentials';

/** Opens every source and polls it for the first time. Returns false and prints the errors if a poll failed. */
async function startRoles(
  { flags, settings, io, stop }: ServeContext,
  roles: readonly SourceRole[],
  { origins, startedAt }: { origins: readonly string[]; startedAt: Instant },
  store: PollStore,
  refreshes: RefreshLog,
): Promise<boolean> {
  const sources = await openRoles(settings.roles, flags.serve.length > 0, origins, io);
  const polls = await Promise.all(
    roles.map(async (role, index) => {
      const opened = sources[index];
      if (opened === undefined) throw new Error(`the role ${role.name} has no source`);
      const recorded = await role.start({ ...opened, store, machine: io.machine }, stop);
      return { role, source: opened.source, recorded };
    }),
  );
  if (stop.aborted) return false;
  for (const { role, recorded } of polls) await refreshes.noteFirst(role, recorded);
  return printFirstFailures(polls, flags.serve.length > 0, startedAt, io);
}

const describeRoles = (roles: readonly SourceRole[], io: Io): string =>
  describeServing(
    roles.map((role) => role.getFacts()),
    getAwsNow(roles, io),
  );

function checkHealth(roles: readonly SourceRole[], startedAt: Instant, io: Io): MonitorResponse {
  const server = { version: CRED_WATCH_VERSION, user: readOwnName(), pid: io.pid, startedAt };
  const facts = roles.map((role) => role.getFacts());
  const { isHealthy, body } = formatHealth(server, facts, getAwsNow(roles, io));
  return { status: isHealthy ? 200 : 503, type: 'application/json', body };
}

async function findRegion(flags: ServeFlags, io: Io): Promise<string | null> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = io.env;
  const region = flags.region ?? (AWS_REGION || AWS_DEFAULT_REGION || null);
  return region ?? readProfileRegion(io, flags.profile, 'default');
}

function waitForEnd({ for: duration }: ServeFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (duration !== undefined) return io.clock.sleep(duration * 1000, signal);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
