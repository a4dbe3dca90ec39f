import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { Instant } from '../../../src/domain/model.ts';
import { buildClientEnvironment } from '../../../src/server/client-environment.ts';
import { startTokenFile } from '../../../src/server/containers/token-file.ts';
import { SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { parseFault } from '../../../src/server/faults/parse-fault.ts';
import { createSimulation, type Simulation, type SimulationOptions } from '../../../src/server/simulation.ts';
import { buildDefaultTree } from '../../../src/server/tree/default-tree.ts';
import { createTree } from '../../../src/server/tree/metadata-tree.ts';
import { parseVariants } from '../../../src/server/variants.ts';
import { startEndpoint } from '../../../src/server/wire/endpoint.ts';
import type { Exchange } from '../../../src/server/wire/exchange.ts';
import { type RawResponse, sendRequest } from './raw-client.ts';

export interface SimulatedOptions extends Partial<Omit<SimulationOptions, 'faults' | 'variants' | 'shapes'>> {
  shapes?: readonly Shape[];
  faults?: readonly string[];
  variants?: readonly string[];
  hosts?: readonly string[];
  listen?: { host: string; port: number };
  clock?: Clock;
  /** Lifetime of service-account tokens, in seconds. */
  authorizationLifetime?: number;
}

/** A simulation with short options; everything unnamed has the defaults of the command line. */
export function createTestSimulation(options: SimulatedOptions, now: Instant): Simulation {
  const { faults = [], variants = [], shapes = ['imds'], imds = 'both', role = 'simulated-role' } = options;
  const { seed = 'test', startedAt = now } = options;
  const { rotationTiming = { lifetime: 21_600, rotateEvery: 3600, jitter: 0 } } = options;
  return createSimulation({
    shapes,
    imds,
    role,
    rotationTiming,
    seed,
    tree: options.tree ?? createTree(buildDefaultTree(startedAt)),
    faults: faults.map(parseFault),
    variants: parseVariants(variants),
    startedAt,
  });
}

/**
 * Starts a simulator in this process, on a free loopback port, until the test ends. Concurrent tests pass the
 * `onTestFinished` of their own context.
 */
export async function startSimulated(
  options: SimulatedOptions = {},
  finished: (clean: () => Promise<void>) => void = onTestFinished,
) {
  const { clock = systemClock, hosts = [], listen } = options;
  const simulation = createTestSimulation(options, clock.now());
  const exchanges: Exchange[] = [];
  const endpoint = await startEndpoint({
    simulation,
    listen: [listen ?? { host: '127.0.0.1', port: 0 }],
    allowedHosts: hosts,
    clock,
    onExchange: (exchange) => exchanges.push(exchange),
    onError: (error) => {
      throw error;
    },
  });
  finished(endpoint.close);
  const { serviceAccountTokens } = simulation;
  const tokenFile = await startTokenFile(
    serviceAccountTokens,
    options.authorizationLifetime ?? 86_400,
    clock,
  );
  finished(tokenFile.close);
  const origin = endpoint.origins[0]!;
  const environments = Object.fromEntries(
    SHAPES.map((shape) => [shape, buildClientEnvironment(shape, [origin], simulation, tokenFile.path)]),
  ) as Record<Shape, Record<string, string>>;
  return {
    origin,
    simulation,
    exchanges,
    environments,
    /** `METHOD /path status` of every exchange, in order. */
    requests: () => exchanges.map(({ request, status }) => `${request.method} ${request.path} ${status}`),
    close: endpoint.close,
  };
}

/** Requests the credentials of a container endpoint with a valid authorization. */
export function requestContainer(
  { origin, environments, simulation }: Awaited<ReturnType<typeof startSimulated>>,
  shape: Exclude<Shape, 'imds'>,
  now: Instant,
  method = 'GET',
): Promise<RawResponse> {
  const { pathname } = new URL(environments[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '');
  const Authorization = {
    ecs: '',
    eks: simulation.serviceAccountTokens.issue(60, now),
    cloudshell: simulation.authorization,
  }[shape];
  return sendRequest(origin, method, pathname, { Authorization });
}
