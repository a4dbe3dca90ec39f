import { redactText } from '../../redact.ts';
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
import { parseListenAddresses } from '../flags/listen-addresses.ts';
import { type Io, printShellText, supportsUnicode } from '../process/io.ts';
import { createErrorPrinter, printNote, printThrownError } from '../process/messages.ts';
import type { SimulateFlags, SimulationSettings } from './settings.ts';

/** CloudShell and AWS's own mock use this port. */
const DEFAULT_ADDRESS = '127.0.0.1:1338';

/** Prints the environment, serves and logs requests until the end, and then prints the summary. */
export async function serveSimulation(
  flags: SimulateFlags,
  settings: SimulationSettings,
  io: Io,
): Promise<number> {
  const isJson = flags.format === 'json';
  const stop = io.createStopSignal();
  const logFailure = new AbortController();
  const listen = parseListenAddresses(flags, DEFAULT_ADDRESS);
  const onProblem = (problem: string) => void printNote(io, problem);
  const defaultTree = buildDefaultTree(settings.options.startedAt);
  const tree =
    flags.tree === undefined ? createTree(defaultTree) : openTree(flags.tree, defaultTree, onProblem);
  const simulation = createSimulation({ ...settings.options, tree });
  const traffic = new Traffic();
  const log = isJson ? io.stdout : io.stderr;
  let isHostReported = false;
  /** The response has the form of the real endpoint, without an explanation. */
  const reportHost = (host: string) => {
    const hint = 'use an address of this machine, or add --allow-host NAME';
    if (!isHostReported) void printNote(io, `rejected a request to the host '${redactText(host)}'`, hint);
    isHostReported = true;
  };
  const onExchange = (exchange: Exchange) => {
    const { request, details } = toLoggedRequest(exchange, simulation.role, flags.log);
    traffic.record(request);
    const { internalError, rejectedHost } = exchange.handled;
    if (internalError !== undefined) void printThrownError(io, internalError);
    if (rejectedHost !== undefined) reportHost(rejectedHost);
    if (!flags.log) return;
    const line = isJson ? formatRequestJson(request, details) : formatRequestLine(request, details);
    log.write(`${line}\n`).catch((error: unknown) => logFailure.abort(error));
  };
  const endpoint = await startEndpoint({
    simulation,
    listen,
    allowedHosts: [io.machine, ...flags.allowHost],
    clock: io.clock,
    onExchange,
    onError: createErrorPrinter(io),
  });
  let tokenFile: TokenFile | null = null;
  try {
    if (simulation.shapes.includes('eks')) {
      const { authorizationLifetime: lifetime } = settings;
      tokenFile = await startTokenFile(simulation.serviceAccountTokens, lifetime, io.clock, onProblem);
    }
    const started = describeStart(settings, simulation, endpoint.origins, tokenFile?.path ?? '');
    if (isJson) await io.stdout.write(`${formatListeningJson(started)}\n`);
    else await printShellText(io, formatListeningText(started));
    await waitForEnd(flags, io, AbortSignal.any([stop, logFailure.signal]));
  } finally {
    await endpoint.close();
    await tokenFile?.close();
  }
  if (logFailure.signal.aborted) throw logFailure.signal.reason;
  const summary = traffic.summarise();
  if (isJson) await io.stdout.write(`${formatTrafficJson(summary)}\n`);
  else {
    const text = await renderTrafficText(summary, { isAsciiOnly: !supportsUnicode(io.env) });
    await printShellText(io, `\n${toComment(text)}`);
  }
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
function toLoggedRequest(exchange: Exchange, role: string, isLogged: boolean) {
  const { address, status, fault, credentials, incompleteReason } = exchange;
  const { now, headers, method, path, query } = exchange.request;
  const { shape, kind, apiVersion } = exchange.handled;
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
    accessKeyId: credentials?.loggedKeyId ?? null,
  };
  return { request, details: { incompleteReason, expiration: credentials?.expiration ?? null } };
}
