import {
  formatListeningJson,
  formatListeningText,
  formatRequestJson,
  formatRequestLine,
} from '../../report/simulation/simulation.ts';
import { formatTrafficJson, renderTrafficText } from '../../report/simulation/traffic.ts';
import { buildClientEnvironment } from '../../server/client-environment.ts';
import { startTokenFile, type TokenFile } from '../../server/containers/token-file.ts';
import { redactPath } from '../../server/redact-path.ts';
import { createSimulation, type Simulation } from '../../server/simulation.ts';
import { Traffic } from '../../server/traffic.ts';
import { buildDefaultTree } from '../../server/tree/default-tree.ts';
import { createTree } from '../../server/tree/metadata-tree.ts';
import { openTree } from '../../server/tree/tree-file.ts';
import { startEndpoint } from '../../server/wire/endpoint.ts';
import type { Exchange } from '../../server/wire/exchange.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseAllowedHosts, parseListenAddresses } from '../flags/listen-addresses.ts';
import type { Io } from '../process/io.ts';
import { printNote, printThrownError } from '../process/messages.ts';
import type { SimulateFlags, SimulationSettings } from './settings.ts';

/** CloudShell and AWS's own mock use this port. */
const DEFAULT_ADDRESS = '127.0.0.1:1338';

/** Prints the environment, serves and logs requests until the end, and then prints the summary. */
export async function serveSimulation(
  flags: SimulateFlags,
  settings: SimulationSettings,
  io: Io,
  debug: boolean,
): Promise<number> {
  const isJson = flags.format === 'json';
  const stop = io.createStopSignal();
  const logFailure = new AbortController();
  const listen = parseListenAddresses(flags, DEFAULT_ADDRESS);
  const onProblem = (problem: string) => void printNote(io, problem);
  const defaultTree = buildDefaultTree(settings.options.instance);
  const tree =
    flags.tree === undefined ? createTree(defaultTree) : openTree(flags.tree, defaultTree, onProblem);
  const simulation = createSimulation({ ...settings.options, tree });
  const traffic = new Traffic();
  const log = isJson ? io.stdout : io.stderr;
  const onExchange = (exchange: Exchange) => {
    const { request, details } = toLoggedRequest(exchange, simulation.role, flags.log);
    traffic.record(request);
    if (exchange.handledRequest.internalError !== undefined)
      void printThrownError(io, exchange.handledRequest.internalError, debug);
    if (!flags.log) return;
    const line = isJson ? formatRequestJson(request, details) : formatRequestLine(request, details);
    log.write(`${line}\n`).catch((error: unknown) => logFailure.abort(error));
  };
  const allowedHosts = parseAllowedHosts(flags);
  const endpoint = await startEndpoint({ simulation, listen, allowedHosts, clock: io.clock, onExchange });
  let tokenFile: TokenFile | null = null;
  try {
    const { options, authorizationLifetime: lifetime } = settings;
    if (options.shapes.includes('eks'))
      tokenFile = await startTokenFile(simulation.serviceAccountTokens, lifetime, io.clock, onProblem);
    const started = describeStart(settings, simulation, endpoint.origins, tokenFile?.path ?? '');
    await io.stdout.write(isJson ? `${formatListeningJson(started)}\n` : formatListeningText(started));
    await waitForEnd(flags, io, AbortSignal.any([stop, logFailure.signal]));
  } finally {
    await endpoint.close();
    await tokenFile?.close();
  }
  if (logFailure.signal.aborted) throw logFailure.signal.reason;
  const summary = traffic.summarise();
  await io.stdout.write(
    isJson ? `${formatTrafficJson(summary)}\n` : `\n${toComment(await renderTrafficText(summary))}`,
  );
  return EXIT.ok;
}

/** Shell comments, because a shell may evaluate stdout, and client names are untrusted. */
const toComment = (text: string) => text.replace(/^(?=.)/gm, '# ');

function describeStart(
  { options, scenario }: SimulationSettings,
  simulation: Simulation,
  origins: readonly string[],
  tokenFile: string,
) {
  const { rotationTiming, role, seed, shapes, faults, startedAt } = options;
  return {
    startedAt,
    endpoints: origins.map((origin) => `${origin}/`),
    role,
    lifetimeSeconds: rotationTiming.lifetime,
    rotateEverySeconds: rotationTiming.rotateEvery,
    jitterSeconds: rotationTiming.jitter,
    seed,
    shapes: shapes.map((shape) => ({
      shape,
      environment: buildClientEnvironment(shape, origins, simulation, tokenFile),
    })),
    scenario: scenario === null ? null : { name: scenario.name, description: scenario.description },
    faults: faults.map(({ spec }) => spec),
  };
}

function waitForEnd({ for: duration }: SimulateFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (duration !== undefined) return io.clock.sleep(duration * 1000, signal);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Converts an exchange for the log and the summary, without tokens, query and secrets. */
function toLoggedRequest(
  { address, request: received, handledRequest, status, incompleteReason, credentials, fault }: Exchange,
  role: string,
  isLogged: boolean,
) {
  const { now, headers, method, path, query } = received;
  const { shape, kind, apiVersion } = handledRequest;
  const request = {
    at: now,
    client: headers['user-agent'] ?? '',
    address,
    shape,
    kind,
    apiVersion,
    method,
    path: isLogged ? redactPath(path, query.size > 0, role) : '',
    status,
    fault,
    accessKeyId: credentials?.accessKeyId ?? null,
  };
  return { request, details: { incompleteReason, expiration: credentials?.expiration ?? null } };
}
