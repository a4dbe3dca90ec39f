import {
  listeningJson,
  listeningText,
  requestJson,
  requestLine,
} from '../../report/simulation/simulation.ts';
import { trafficJson, trafficText } from '../../report/simulation/traffic.ts';
import { clientEnvironment } from '../../server/client-environment.ts';
import { startTokenFile, type TokenFile } from '../../server/containers/token-file.ts';
import { loggedPath } from '../../server/logged-path.ts';
import { createSimulation, type Simulation } from '../../server/simulation.ts';
import { Traffic } from '../../server/traffic.ts';
import { defaultTree } from '../../server/tree/default-tree.ts';
import { type MetadataTree, treeOf } from '../../server/tree/metadata-tree.ts';
import { openTree } from '../../server/tree/tree-file.ts';
import { startEndpoint } from '../../server/wire/endpoint.ts';
import type { Exchange } from '../../server/wire/exchange.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { allowedHosts, listenAddresses } from '../flags/listen-addresses.ts';
import type { Io } from '../process/io.ts';
import { sayNote, sayThrown } from '../process/messages.ts';
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
  const stop = io.stopSignal();
  const unwritable = new AbortController();
  const listen = listenAddresses(flags, LISTEN);
  const tell = (problem: string) => void sayNote(io, problem);
  const simulation = createSimulation({ ...settings.options, tree: treeOfFlags(flags, settings, tell) });
  const traffic = new Traffic();
  const log = isJson ? io.stdout : io.stderr;
  const onExchange = (exchange: Exchange) => {
    const { request, details } = toRequest(exchange, simulation.role, flags.log);
    traffic.record(request);
    if (exchange.reply.failure !== undefined) void sayThrown(io, exchange.reply.failure, debug);
    if (!flags.log) return;
    const line = isJson ? requestJson(request, details) : requestLine(request, details);
    log.write(`${line}\n`).catch((error: unknown) => unwritable.abort(error));
  };
  const hosts = allowedHosts(flags);
  const endpoint = await startEndpoint({ simulation, listen, hosts, clock: io.clock, onExchange });
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
    await io.stdout.write(isJson ? `${listeningJson(started)}\n` : listeningText(started));
    await ended(flags, io, AbortSignal.any([stop, unwritable.signal]));
  } finally {
    await endpoint.close();
    await tokenFile?.close();
  }
  if (unwritable.signal.aborted) throw unwritable.signal.reason;
  const summary = traffic.summary();
  await io.stdout.write(isJson ? `${trafficJson(summary)}\n` : `\n${commented(await trafficText(summary))}`);
  return EXIT.ok;
}

/** It stands behind the lines that a shell is to read, and has names in it that clients chose. */
const commented = (text: string) => text.replace(/^(?=.)/gm, '# ');

function treeOfFlags(
  { tree }: SimulateFlags,
  { options }: SimulationSettings,
  tell: (problem: string) => void,
): MetadataTree {
  const own = defaultTree(options.instance);
  return tree === undefined ? treeOf(own) : openTree(tree, own, tell);
}

function startedSimulation(
  { options, scenario }: SimulationSettings,
  simulation: Simulation,
  origins: readonly string[],
  tokenFile: string,
) {
  const { pace, role, seed, shapes, faults, startedAt } = options;
  return {
    startedAt,
    endpoints: origins.map((each) => `${each}/`),
    role,
    lifetimeSeconds: pace.lifetime,
    rotateEverySeconds: pace.rotateEvery,
    jitterSeconds: pace.jitter,
    seed,
    shapes: shapes.map((shape) => ({
      shape,
      environment: clientEnvironment(shape, origins, simulation, tokenFile),
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
  { address, inquiry, reply, status, instead, credentials, fault }: Exchange,
  role: string,
  isLogged: boolean,
) {
  const { now, headers, method, path, query } = inquiry;
  const { shape, asked, apiVersion } = reply;
  const request = {
    at: now,
    client: headers['user-agent'] ?? '',
    address,
    shape,
    asked,
    apiVersion,
    method,
    path: isLogged ? loggedPath(path, query.size > 0, role) : '',
    status,
    fault,
    accessKeyId: credentials?.accessKeyId ?? null,
  };
  return { request, details: { instead, expiration: credentials?.expiration ?? null } };
}
