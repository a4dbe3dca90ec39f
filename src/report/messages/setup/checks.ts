import type {
  Obstacle,
  SetupCheck,
  SetupCheckCode,
  VariableProblem,
} from '../../../domain/setup/setup-check.ts';
import type { EndpointAnswer, NoAnswerReason, UnknownReason } from '../../../domain/setup/setup-facts.ts';
import {
  formatMetadataUrl,
  formatSocketAddress,
  type SetupPlan,
  type SetupSystem,
  type SocketAddress,
} from '../../../domain/setup/setup-plan.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { SETUP_COMMANDS } from './commands.ts';

export interface SetupContext {
  plan: SetupPlan;
  system: SetupSystem;
}

interface SetupText {
  message: string;
  /** The command that fixes the problem, or the command that shows more. Null if there is none. */
  fix: string | null;
}

type Describe<C extends SetupCheckCode> = (
  check: Extract<SetupCheck, { code: C }>,
  context: SetupContext,
) => SetupText;

const ok = (message: string): SetupText => ({ message, fix: null });

const DESCRIPTIONS: { [C in SetupCheckCode]: Describe<C> } = {
  CLOUD: ({ cloud }) =>
    ok(
      `this machine is an instance of ${cloud}, whose own metadata service has these addresses; the set-up cuts the machine off from it`,
    ),
  ADDRESS: ({ address, interface: name }, context) =>
    name === null
      ? { message: `no network interface has the address ${address}`, fix: setUp(context) }
      : ok(`the network interface ${escapeUnprintable(name)} has the address ${address}`),
  REDIRECT: (check, context) => {
    const { address, target, otherTarget, isForOther, state, unknownReason } = check;
    const redirect = `port 80 of ${address}`;
    if (unknownReason !== null) {
      return {
        message: `whether ${redirect} is redirected is unknown: ${UNKNOWN[unknownReason]}`,
        fix: checkAsRoot(context),
      };
    }
    if (state === 'ok') return ok(`${redirect} is redirected to ${formatSocketAddress(target)}`);
    const to = otherTarget === null ? 'not redirected' : `redirected to ${formatSocketAddress(otherTarget)}`;
    const instead = otherTarget === null ? 'to' : 'and not to';
    return {
      message: `${redirect} is ${to} ${instead} ${formatSocketAddress(target)}`,
      fix: otherTarget !== null && isForOther ? checkOther(otherTarget) : setUp(context),
    };
  },
  SERVER: ({ target, answer, obstacle }, context) => {
    const at = formatSocketAddress(target);
    if (answer.kind === 'cred-watch') return ok(`${describeServer(answer)} listens at ${at}`);
    const fix = removeObstacle(obstacle, target, context);
    return answer.kind === 'nothing'
      ? { message: `no program listens at ${at}: ${NO_ANSWER[answer.reason]}`, fix }
      : { message: `${describeOther(answer)} responds at ${at}, and not \`cred-watch serve\``, fix };
  },
  ROUTE: ({ address, target, answer, state, obstacle }, context) => {
    const url = formatMetadataUrl(address);
    if (state === 'ok') return ok(`a request to ${url} reaches the server`);
    const fix = removeObstacle(obstacle, target, context);
    if (answer.kind === 'nothing') {
      return { message: `a request to ${url} gets no response: ${NO_ANSWER[answer.reason]}`, fix };
    }
    const who = answer.kind === 'cred-watch' ? describeServer(answer) : describeOther(answer);
    return {
      message: `a request to ${url} reaches ${who}, and not \`cred-watch serve\` at ${formatSocketAddress(target)}`,
      fix: answer.kind === 'cloud' ? null : fix,
    };
  },
  PORT_80: ({ address, listeners }, { system }) => ({
    message: `a program listens at port 80 of ${listeners.join(' and ')}, so it gets requests to ${address} unless the port is redirected`,
    fix: SETUP_COMMANDS[system].showListeners(80),
  }),
  VARIABLE: ({ variable, problem }, { system, plan }) => {
    const { unset, excludeFromProxy } = SETUP_COMMANDS[system];
    const addresses = plan.routes.map(({ address }) => address).join(',');
    const fix = problem === 'proxy' ? excludeFromProxy(addresses) : unset(variable);
    return { message: VARIABLES[problem](variable), fix };
  },
  BRIDGE: ({ bridge, problem, unknownReason }, context) => {
    if (unknownReason !== null) {
      return {
        message: `whether requests of containers on ${bridge} are redirected is unknown: ${UNKNOWN[unknownReason]}`,
        fix: checkAsRoot(context),
      };
    }
    if (problem === null) return ok(`requests of all containers on ${bridge} are redirected`);
    const problems = {
      'no-interface': {
        message: `the network bridge ${bridge} does not exist`,
        fix: 'ip link show type bridge',
      },
      'no-setting': {
        message: `net.ipv4.conf.${bridge}.route_localnet is off, so requests of containers cannot reach 127.0.0.1`,
        fix: setUp(context),
      },
      'no-rule': {
        message: `requests of containers on ${bridge} are not redirected`,
        fix: setUp(context),
      },
    };
    return problems[problem];
  },
  REBOOT: ({ reboot }, context) => {
    const { unit, enable } = SETUP_COMMANDS[context.system];
    const texts = {
      kept: ok('the set-up is made again after a restart'),
      missing: { message: `the set-up is lost at a restart: ${unit} does not exist`, fix: setUp(context) },
      disabled: { message: `the set-up is lost at a restart: ${unit} is disabled`, fix: enable },
      'no-script': {
        message: 'the set-up is lost at a restart: systemd does not run here, and no script makes the routes',
        fix: setUp(context),
      },
      'no-systemd': ok(
        'the set-up is lost at a restart, because systemd does not run here; run /etc/cred-watch/metadata-route.sh at each start',
      ),
    };
    return texts[reboot];
  },
};

const UNKNOWN: Readonly<Record<UnknownReason, string>> = {
  permission: 'only root can read the rules',
  failed: 'the rules could not be read',
};

const NO_ANSWER: Readonly<Record<NoAnswerReason, string>> = {
  refused: 'the connection is refused',
  timeout: 'there is no response within 3 seconds',
  unreachable: 'the address cannot be reached',
};

const VARIABLES: Readonly<Record<VariableProblem, (name: string) => string>> = {
  disabled: (name) => `${name} disables IMDS in AWS clients`,
  elsewhere: (name) => `${name} sends AWS clients to another endpoint`,
  ipv6: (name) => `${name} makes AWS clients use IPv6, and the set-up has no IPv6 address`,
  container: (name) =>
    `${name} makes AWS clients use another container endpoint, which has priority over IMDS`,
  proxy: (name) => `${name} makes some programs send requests for the metadata addresses to the proxy`,
};

const setUp = ({ system, plan }: SetupContext) => SETUP_COMMANDS[system].setUp(plan.flags);
const checkAsRoot = ({ system, plan }: SetupContext) => SETUP_COMMANDS[system].checkAsRoot(plan.flags);

/** Only the user knows which credentials the server needs. */
const serve = ({ plan }: SetupContext) => `cred-watch serve --profile NAME${plan.serveFlags}`;

function removeObstacle(
  obstacle: Obstacle | null,
  server: SocketAddress,
  context: SetupContext,
): string | null {
  switch (obstacle?.code) {
    case undefined:
      return null;
    case 'no-address':
    case 'no-route':
      return setUp(context);
    case 'other-target':
      return checkOther(obstacle.target);
    case 'taken':
      return SETUP_COMMANDS[context.system].showListeners(server.port);
    case 'no-server':
      return serve(context);
  }
}

/** The check of a server at another address, which the existing set-up is for. */
const checkOther = (target: SocketAddress) =>
  `cred-watch serve --setup-check --listen ${formatSocketAddress(target)}`;

const describeServer = ({ user, pid, roles }: Extract<EndpointAnswer, { kind: 'cred-watch' }>) =>
  `\`cred-watch serve\` of user ${escapeUnprintable(user)} (pid ${pid}) with ${roles.length === 1 ? 'the role' : 'the roles'} ${escapeUnprintable(roles.join(', '))}`;

function describeOther(answer: Exclude<EndpointAnswer, { kind: 'cred-watch' | 'nothing' }>): string {
  if (answer.kind === 'cloud') return `the metadata service of ${answer.cloud}`;
  if (answer.kind === 'simulator') return 'a simulator such as `cred-watch simulate`';
  if (answer.kind === 'no-http') return 'another program';
  return answer.server === '' ? 'another program' : `another program (${escapeUnprintable(answer.server)})`;
}

/** The sentence of a check, and the command that fixes the problem. */
export function describeSetupCheck<C extends SetupCheckCode>(
  check: Extract<SetupCheck, { code: C }>,
  context: SetupContext,
): SetupText {
  const describe = DESCRIPTIONS[check.code] as Describe<C>;
  return describe(check, context);
}
