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
import { createTree, type MetadataTree } from '../../server/tree/metadata-tree.ts';
import { openTree } from '../../server/tree/tree-file.ts';
import { startEndpoint } from '../../server/wire/endpoint.ts';
import type { Exchange } from '../../server/wire/exchange.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseAllowedHosts, parseListenAddresses } from '../flags/listen-addresses.ts';
import type { Io } from '../process/io.ts';
import { printNote, printThrownError } from '../process/messages.ts';
import type { SimulateFlags } from './flags.ts';
import type { SimulationSettings } from './settings.ts';

/** The port that CloudShell uses and that AWS's own mock took over. */
const LISTEN = '127.0.0.1:1338';

/** Serves until it is stopped: the lines to export first, one line a request, the report last. */
export async function serveSimulation(
  flags: SimulateFlags,
  settings: SimulationSettings,
  io: Io,
  debug: boolean,
): Promise<number> {
  const isJson = flags.format === 'json';
  const stop = io.createStopSignal();
  const unwritable = new AbortController();
  const listen = parseListenAddresses(flags, LISTEN);
  const tell = (problem: string) => void printNote(io, problem);
  const simulation = createSimulation({ ...settings.options, tree: treeOfFlags(flags, settings, tell) });
  const traffic = new Traffic();
  const log = isJson ? io.stdout : io.stderr;
  const onExchange = (exchange: Exchange) => {
    const { request, details } = toRequest(exchange, simulation.role, flags.log);
    traffic.record(request);
    if (exchange.handledRequest.internalError !== undefined)
      void printThrownError(io, exchange.handledRequest.internalError, debug);
    if (!flags.log) return;
    const line = isJson ? formatRequestJson(request, details) : formatRequestLine(request, details);
    log.write(`${line}\n`).catch((error: unknown) => unwritable.abort(error));
  };
  const hosts = parseAllowedHosts(flags);
  const endpoint = await startEndpoint({
    simulation,
    listen,
    allowedHosts: hosts,
    clock: io.clock,
    onExchange,
  });
  let tokenFile: TokenFile | null = null;
  try {
    if (settings.options.shapes.includes('eks')) {
      const { authorizationLifetime } = settings;
      tokenFile = await startTokenFile(
        simulation.serviceAccountTokens,
        authorizationLifetime,
        io.clock,
        tell,
      );
    }
    const started = startedSimulation(settings, simulation, endpoint.origins, tokenFile?.path ?? '');
    await io.stdout.write(isJson ? `${formatListeningJson(started)}\n` : formatListeningText(started));
    await ended(flags, io, AbortSignal.any([stop, unwritable.signal]));
  } finally {
    await endpoint.close();
    await tokenFile?.close();
  }
  if (unwritable.signal.aborted) throw unwritable.signal.reason;
  const summary = traffic.summarise();
  await io.stdout.write(
    isJson ? `${formatTrafficJson(summary)}\n` : `\n${commented(await renderTrafficText(summary))}`,
  );
  return EXIT.ok;
}

/** It stands behind the lines that a shell is to read, and has names in it that clients chose. */
const commented = (text: string) => text.replace(/^(?=.)/gm, '# ');

function treeOfFlags(
  { tree }: SimulateFlags,
  { options }: SimulationSettings,
  tell: (problem: string) => void,
): MetadataTree {
  const own = buildDefaultTree(options.instance);
  return tree === undefined ? createTree(own) : openTree(tree, own, tell);
}

function startedSimulation(
  { options, scenario }: SimulationSettings,
  simulation: Simulation,
  origins: readonly string[],
  tokenFile: string,
) {
  const { rotationTiming, role, seed, shapes, faults, startedAt } = options;
  return {
    startedAt,
    endpoints: origins.map((each) => `${each}/`),
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

function ended({ for: duration }: SimulateFlags, io: Io, signal: AbortSignal): Promise<void> {
  if (duration !== undefined) return io.clock.sleep(duration * 1000, signal);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The request as the log and the report may know it: no token, no query, no secret. */
function toRequest(
  { address, request: inquiry, handledRequest, status, incompleteReason, credentials, fault }: Exchange,
  role: string,
  isLogged: boolean,
) {
  const { now, headers, method, path, query } = inquiry;
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
