import type { SetupCheck, VariableProblem } from './setup-check.ts';
import {
  formatMetadataUrl,
  formatSocketAddress,
  getServerAddress,
  isIpv6Address,
  METADATA_ADDRESSES,
  type MetadataRoute,
  type RoutedShape,
} from './setup-plan.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables that send clients of this environment to another endpoint, or to none. */
export function findEnvironmentChecks(
  routes: readonly MetadataRoute[],
  environment: Variables,
): SetupCheck[] {
  const isImds = hasRouteOf('imds', routes);
  return [
    ...(isImds ? findImdsChecks(routes, environment) : []),
    ...findContainerChecks(routes, environment),
    ...findProxyChecks(routes, environment),
  ];
}

function hasRouteOf(shape: RoutedShape, routes: readonly MetadataRoute[]): boolean {
  const addresses: readonly string[] = METADATA_ADDRESSES[shape];
  return routes.some(({ address }) => addresses.includes(address));
}

const createCheck = (variable: string, problem: VariableProblem): SetupCheck => ({
  code: 'VARIABLE',
  state: 'missing',
  variable,
  problem,
});

function findImdsChecks(routes: readonly MetadataRoute[], environment: Variables): SetupCheck[] {
  const checks: SetupCheck[] = [];
  if (environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') {
    checks.push(createCheck('AWS_EC2_METADATA_DISABLED', 'disabled'));
  }
  const endpoint = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '';
  if (endpoint !== '' && !leadsToServer(endpoint, routes)) {
    checks.push(createCheck('AWS_EC2_METADATA_SERVICE_ENDPOINT', 'elsewhere'));
  }
  const mode = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE?.toLowerCase();
  if (endpoint === '' && mode === 'ipv6' && !routes.some(({ address }) => isIpv6Address(address))) {
    checks.push(createCheck('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', 'ipv6'));
  }
  return checks;
}

/** SDKs try the container endpoint before IMDS. */
function findContainerChecks(routes: readonly MetadataRoute[], environment: Variables): SetupCheck[] {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative = '' } = environment;
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: full = '' } = environment;
  if (relative !== '' && !hasRouteOf('ecs', routes)) {
    return [createCheck('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'container')];
  }
  if (relative === '' && full !== '' && !leadsToServer(full, routes)) {
    return [createCheck('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'container')];
  }
  return [];
}

/** Many programs, but not botocore, send requests for the address to the proxy. */
function findProxyChecks(routes: readonly MetadataRoute[], environment: Variables): SetupCheck[] {
  const variable = ['http_proxy', 'HTTP_PROXY'].find((name) => (environment[name] ?? '') !== '');
  if (variable === undefined) return [];
  const list = environment.no_proxy || environment.NO_PROXY || '';
  const excluded = list.split(/[\s,]+/);
  const isExcluded = (address: string) =>
    excluded.includes('*') || excluded.includes(address) || excluded.includes(`[${address}]`);
  return routes.every(({ address }) => isExcluded(address)) ? [] : [createCheck(variable, 'proxy')];
}

/** True if the URL has an address of the set-up, or the address of the server. */
function leadsToServer(url: string, routes: readonly MetadataRoute[]): boolean {
  const [origin = ''] = /^http:\/\/[^/?#]*/i.exec(url) ?? [];
  const known = routes.flatMap((route) => [
    `http://${formatSocketAddress({ host: route.address, port: 80 })}`,
    formatMetadataUrl(route.address).slice(0, -1),
    `http://${formatSocketAddress(getServerAddress(route))}`,
  ]);
  return known.includes(origin.toLowerCase().replace('//localhost:', '//127.0.0.1:'));
}
