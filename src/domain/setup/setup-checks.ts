import { findEnvironmentChecks } from './environment-checks.ts';
import type { CheckState, SetupCheck } from './setup-check.ts';
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
export function checkSetup({ routes, bridges }: SetupPlan, facts: SetupFacts): SetupCheck[] {
  const servers = new Map(
    routes.map(getServerAddress).map((server) => [formatSocketAddress(server), server]),
  );
  return [
    ...checkCloud(facts),
    ...routes.map(({ address }) => checkAddress(address, facts)),
    ...routes.flatMap((route) => checkRedirect(route, facts)),
    ...[...servers.values()].map((server) => checkServer(server, facts)),
    ...routes.map((route) => checkRoute(route, facts)),
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
function checkRedirect(route: MetadataRoute, facts: SetupFacts): SetupCheck[] {
  const { address, target } = route;
  if (target === null) return [];
  const check = { code: 'REDIRECT', address, target, otherTarget: null, unknownReason: null } as const;
  const { redirects } = facts;
  const rules = 'value' in redirects ? redirects.value : [];
  const found = rules.filter((rule) => rule.address === address && rule.bridge === null);
  if (found.some((rule) => isSame(rule.target, target))) return [{ ...check, state: 'ok' }];
  if (found[0] !== undefined) return [{ ...check, state: 'missing', otherTarget: found[0].target }];
  if (reachesServer(route, facts)) return [{ ...check, state: 'ok' }];
  if ('unknown' in redirects) return [{ ...check, state: 'unknown', unknownReason: redirects.unknown }];
  return [{ ...check, state: 'missing' }];
}

const isSame = (a: SocketAddress, b: SocketAddress) => formatSocketAddress(a) === formatSocketAddress(b);

const NO_ANSWER: EndpointAnswer = { kind: 'nothing', reason: 'unreachable' };

const getAnswer = ({ answers }: SetupFacts, address: SocketAddress): EndpointAnswer =>
  answers.get(formatSocketAddress(address)) ?? NO_ANSWER;

function checkServer(target: SocketAddress, facts: SetupFacts): SetupCheck {
  const answer = getAnswer(facts, target);
  return { code: 'SERVER', state: answer.kind === 'cred-watch' ? 'ok' : 'missing', target, answer };
}

const reachesServer = (route: MetadataRoute, facts: SetupFacts): boolean => {
  const answer = getAnswer(facts, { host: route.address, port: 80 });
  const server = getAnswer(facts, getServerAddress(route));
  return answer.kind === 'cred-watch' && server.kind === 'cred-watch' && answer.pid === server.pid;
};

function checkRoute(route: MetadataRoute, facts: SetupFacts): SetupCheck {
  const { address } = route;
  const answer = getAnswer(facts, { host: address, port: 80 });
  const state = reachesServer(route, facts) ? 'ok' : 'missing';
  const target = getServerAddress(route);
  const hasServer = getAnswer(facts, target).kind === 'cred-watch';
  return { code: 'ROUTE', state, address, target, answer, hasServer };
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
};

const checkReboot = ({ reboot }: SetupFacts): SetupCheck => ({
  code: 'REBOOT',
  state: REBOOT_STATES[reboot],
  reboot,
});
