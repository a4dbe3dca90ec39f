import type { SetupPlan } from '../../domain/setup/setup-plan.ts';
import {
  BRIDGE_COMMENT,
  describeRules,
  type Family,
  GUARD_COMMENT,
  getRedirectedBridges,
  hasRules,
  listFamilies,
  REDIRECT_COMMENT,
} from './linux-families.ts';
import { buildChainRemoval, buildTableRemoval, IPTABLES_CHAINS } from './linux-parts.ts';
import { comment } from './shell-parts.ts';

type ChainName = (typeof IPTABLES_CHAINS)[number][2];

/** The lines that replace all rules of an earlier set-up. */
export function buildIptablesRules(plan: SetupPlan): string[] {
  const families = listFamilies(plan);
  const used = families.filter(hasRules);
  return [
    comment('Remove the rules that an earlier set-up made with other flags.'),
    buildTableRemoval(['ip', 'ip6']),
    ...families.flatMap((family) => {
      const rules = listRules(family);
      return buildChainRemoval([family.iptables], (chain) => rules[chain].length === 0);
    }),
    '',
    comment(
      `${describeRules(used)} These chains belong to cred-watch alone. iptables-restore replaces them in one step.`,
    ),
    ...used.flatMap(buildChains),
  ];
}

function buildChains(family: Family): string[] {
  const { iptables } = family;
  const rules = listRules(family);
  const chains = IPTABLES_CHAINS.filter(([, , chain]) => rules[chain].length > 0);
  const tables = (['nat', 'raw'] as const).flatMap((table) => {
    const inTable = chains.filter((chain) => chain[0] === table);
    if (inTable.length === 0) return [];
    const declared = inTable.map(([, , chain]) => `:${chain} - [0:0]`);
    const lines = inTable.flatMap(([, , chain]) => [
      `# ${COMMENTS[chain]}`,
      ...rules[chain].map((rule) => `-A ${chain} ${rule}`),
    ]);
    return [`*${table}`, ...declared, ...lines, 'COMMIT'];
  });
  return [
    `${iptables}-restore -w --noflush <<'RULES'`,
    ...tables,
    'RULES',
    comment('Put the chains before all other rules, unless they are in use already.'),
    ...chains.map(([table, hook, chain]) => {
      const command = (action: string) => `${iptables} -w -t ${table} ${action} ${hook} -j ${chain}`;
      return `${command('-C')} 2>/dev/null || ${command('-I')}`;
    }),
  ];
}

const COMMENTS: Readonly<Record<ChainName, string>> = {
  CRED_WATCH_OUT: REDIRECT_COMMENT,
  CRED_WATCH_IN: BRIDGE_COMMENT,
  CRED_WATCH_RAW: GUARD_COMMENT,
};

function listRules(family: Family): Record<ChainName, string[]> {
  const { redirected, direct, bridges, addressBits } = family;
  const redirects = redirected.map(
    ({ address, target }) =>
      `-d ${address}/${addressBits} -p tcp --dport 80 -j DNAT --to-destination ${target}`,
  );
  const onBridges = getRedirectedBridges(family);
  return {
    CRED_WATCH_OUT: redirects,
    CRED_WATCH_IN: onBridges.flatMap((bridge) => redirects.map((rule) => `-i ${bridge} ${rule}`)),
    CRED_WATCH_RAW: [
      ...onBridges.map((bridge) => `-i ${bridge} -d 127.0.0.0/8 -j DROP`),
      ...direct.flatMap((address) => [
        ...['lo', ...bridges].map((name) => `-i ${name} -d ${address}/${addressBits} -j RETURN`),
        `-d ${address}/${addressBits} -j DROP`,
      ]),
    ],
  };
}
