import { findEnvironmentChecks } from './environment-checks.ts';
import type { CheckState, Obstacle, SetupCheck } from './setup-check.ts';
import type { EndpointAnswer, RebootState, SetupFacts } from './setup-facts.ts';
import {
  formatSocketAddress,
  getServerAddress,
  isIpv6Address,
  isLoopbackIpv4,
  type MetadataRoute,
  type SetupPlan,
  type SocketAddress,
} from './setup-plan.ts';

/** Everything that `--setup-check` reports, in the order in which it should be fixed. */
export function checkSetup(plan: SetupPlan, facts: SetupFacts): SetupCheck[] {
  const { routes, bridges } = plan;
  // One of the routes of each server.
  const servers = new Map(routes.map((route) => [formatSocketAddress(getServerAddress(route)), route]));
  return [
    ...checkCloud(facts),
    ...routes.map(({ address }) => checkAddress(address, facts)),
    ...routes.flatMap((route) => checkRedirect(route, plan, facts)),
    ...[...servers.values()].map((route) => checkServer(route, plan, facts)),
    ...routes.map((route) => checkRoute(route, plan, facts)),
    ...routes.flatMap((route) => checkPort80(route, facts)),
    ...findEnvironmentChecks(routes, facts.environment),
    ...bridges.map((bridge) => checkBridge(bridge, routes, facts)),
    checkReboot(facts),
  ];
}

/** True if nothing is missing. */
export const isSetupComplete = (checks: readonly SetupCheck[]) =>
  checks.every(({ state }) => state !== 'missing');

function checkCloud({ cloud }: SetupFacts): SetupCheck[] {
  return cloud === null ? [] : [{ code: 'CLOUD', state: 'note', cloud }];
}

function checkAddress(address: string, { interfaces }: SetupFacts): SetupCheck {
  const found = interfaces.get(address) ?? null;
  return { code: 'ADDRESS', state: found === null ? 'missing' : 'ok', address, interface: found };
}

/** A response of the server through the address proves the redirect, even if the rules cannot be read. */
function checkRedirect(route: MetadataRoute, plan: SetupPlan, facts: SetupFacts): SetupCheck[] {
  const { address, target } = route;
  if (target === null) return [];
  const check = {
    ...({ code: 'REDIRECT', address, target, otherTarget: null } as const),
    ...{ isForOther: false, unknownReason: null },
  };
  const { redirects } = facts;
  const found = findLocalRules(address, facts);
  if (found.some((rule) => isSame(rule.target, target))) return [{ ...check, state: 'ok' }];
  if (found[0] !== undefined) {
    const isForOther = isRouteForOther(route, plan, facts);
    return [{ ...check, state: 'missing', otherTarget: found[0].target, isForOther }];
  }
  if (reachesServer(route, facts)) return [{ ...check, state: 'ok' }];
  if ('unknown' in redirects) return [{ ...check, state: 'unknown', unknownReason: redirects.unknown }];
  return [{ ...check, state: 'missing' }];
}

/** The rules for requests of this machine. Empty if they could not be read. */
const findLocalRules = (address: string, { redirects }: SetupFacts) =>
  'value' in redirects
    ? redirects.value.filter((rule) => rule.address === address && rule.bridge === null)
    : [];

const isSame = (a: SocketAddress, b: SocketAddress) => formatSocketAddress(a) === formatSocketAddress(b);

const NO_ANSWER: EndpointAnswer = { kind: 'nothing', reason: 'unreachable' };

const getAnswer = ({ answers }: SetupFacts, address: SocketAddress): EndpointAnswer =>
  answers.get(formatSocketAddress(address)) ?? NO_ANSWER;

function checkServer(route: MetadataRoute, plan: SetupPlan, facts: SetupFacts): SetupCheck {
  const target = getServerAddress(route);
  const answer = getAnswer(facts, target);
  if (answer.kind === 'cred-watch') return { code: 'SERVER', state: 'ok', target, answer, obstacle: null };
  // A server needs the address only if it listens there.
  const found = findObstacle(route, plan, facts);
  const obstacle: Obstacle =
    found.code === 'no-address' && route.target !== null
      ? { code: answer.kind === 'nothing' ? 'no-server' : 'taken' }
      : found;
  return { code: 'SERVER', state: 'missing', target, answer, obstacle };
}

function findObstacle(route: MetadataRoute, plan: SetupPlan, facts: SetupFacts): Obstacle {
  const { address, target } = route;
  if (!facts.interfaces.has(address)) return { code: 'no-address' };
  const [rule] = findLocalRules(address, facts);
  const isOther = rule !== undefined && target !== null && !isSame(rule.target, target);
  if (isOther && isRouteForOther(route, plan, facts)) return { code: 'other-target', target: rule.target };
  const answer = getAnswer(facts, getServerAddress(route));
  if (answer.kind === 'nothing') return { code: 'no-server' };
  return { code: answer.kind === 'cred-watch' ? 'no-route' : 'taken' };
}

const reachesServer = (route: MetadataRoute, facts: SetupFacts): boolean => {
  const answer = getAnswer(facts, { host: route.address, port: 80 });
  const server = getAnswer(facts, getServerAddress(route));
  return answer.kind === 'cred-watch' && server.kind === 'cred-watch' && answer.pid === server.pid;
};

/** A named address is what the user wants, unless another server of ours responds. */
const isRouteForOther = ({ address }: MetadataRoute, { hasListen }: SetupPlan, facts: SetupFacts): boolean =>
  !hasListen || getAnswer(facts, { host: address, port: 80 }).kind === 'cred-watch';

function checkRoute(route: MetadataRoute, plan: SetupPlan, facts: SetupFacts): SetupCheck {
  const { address } = route;
  const answer = getAnswer(facts, { host: address, port: 80 });
  const isOk = reachesServer(route, facts);
  const target = getServerAddress(route);
  const obstacle = isOk ? null : findObstacle(route, plan, facts);
  return { code: 'ROUTE', state: isOk ? 'ok' : 'missing', address, target, answer, obstacle };
}

/** A redirect has priority over a program at port 80, so such a program matters only without a redirect. */
function checkPort80(route: MetadataRoute, facts: SetupFacts): SetupCheck[] {
  const { address } = route;
  if (facts.port80 === null || reachesServer(route, facts)) return [];
  const wildcard = isIpv6Address(address) ? ['::'] : ['0.0.0.0', '::'];
  const listeners = facts.port80.filter((host) => [address, ...wildcard].includes(host));
  return listeners.length === 0 ? [] : [{ code: 'PORT_80', state: 'note', address, listeners }];
}

function checkBridge(bridge: string, routes: readonly MetadataRoute[], facts: SetupFacts): SetupCheck {
  const check = { code: 'BRIDGE', bridge, problem: null, unknownReason: null } as const;
  const found = facts.bridges.get(bridge);
  if (found === undefined || !found.exists) return { ...check, state: 'missing', problem: 'no-interface' };
  const redirected = routes.filter(({ address, target }) => target !== null && !isIpv6Address(address));
  const needsSetting = redirected.some(({ target }) => target !== null && isLoopbackIpv4(target.host));
  if (needsSetting && !found.routesLoopback) return { ...check, state: 'missing', problem: 'no-setting' };
  const { redirects } = facts;
  if ('unknown' in redirects && redirected.length > 0) {
    return { ...check, state: 'unknown', unknownReason: redirects.unknown };
  }
  const rules = 'value' in redirects ? redirects.value : [];
  const hasRules = redirected.every(({ address, target }) =>
    rules.some(
      (rule) =>
        rule.bridge === bridge && rule.address === address && target !== null && isSame(rule.target, target),
    ),
  );
  return hasRules ? { ...check, state: 'ok' } : { ...check, state: 'missing', problem: 'no-rule' };
}

const REBOOT_STATES: Readonly<Record<RebootState, CheckState>> = {
  kept: 'ok',
  missing: 'missing',
  disabled: 'missing',
  'no-systemd': 'note',
  'no-script': 'missing',
};

const checkReboot = ({ reboot }: SetupFacts): SetupCheck => ({
  code: 'REBOOT',
  state: REBOOT_STATES[reboot],
  reboot,
});
