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
import { buildChainRemoval, buildTableRemoval, NFT_TABLE } from './linux-parts.ts';
import { comment } from './shell-parts.ts';

/** Before the chains of Docker (-100), which can redirect port 80 of every local address to a container. */
const PRIORITY = -110;

/** The lines that replace all rules of an earlier set-up. */
export function buildNftRules(plan: SetupPlan): string[] {
  const families = listFamilies(plan);
  const unused = families.filter((family) => !hasRules(family)).map(({ nft }) => nft);
  return [
    comment('Remove the rules that an earlier set-up made with other flags.'),
    buildChainRemoval(['iptables', 'ip6tables']),
    ...(unused.length === 0 ? [] : [buildTableRemoval(unused)]),
    '',
    comment(
      `${describeRules(families)} The table ${NFT_TABLE} belongs to cred-watch alone, and nft replaces it in one step. Priority ${PRIORITY} is before the rules of Docker, which can redirect port 80 to a container.`,
    ),
    "nft -f - <<'RULES'",
    ...families.filter(hasRules).map(buildTable),
    'RULES',
  ];
}

function buildTable(family: Family): string {
  const { nft, redirected, direct, bridges } = family;
  const redirects = redirected.map(
    ({ address, target }) => `${nft} daddr ${address} tcp dport 80 dnat to ${target}`,
  );
  const fromBridges = bridges.flatMap((bridge) => redirects.map((rule) => `iifname "${bridge}" ${rule}`));
  const interfaces = ['lo', ...bridges].map((name) => `"${name}"`).join(', ');
  const guards = [
    ...getRedirectedBridges(family).map((bridge) => `iifname "${bridge}" ip daddr 127.0.0.0/8 drop`),
    ...direct.map((address) => `iifname != { ${interfaces} } ${nft} daddr ${address} drop`),
  ];
  return [
    `add table ${nft} ${NFT_TABLE}`,
    `delete table ${nft} ${NFT_TABLE}`,
    `table ${nft} ${NFT_TABLE} {`,
    ...buildChain('outgoing', `nat hook output priority ${PRIORITY}`, REDIRECT_COMMENT, redirects),
    ...buildChain('incoming', `nat hook prerouting priority ${PRIORITY}`, BRIDGE_COMMENT, fromBridges),
    ...buildChain('guard', 'filter hook prerouting priority -300', GUARD_COMMENT, guards),
    '}',
  ].join('\n');
}

function buildChain(name: string, type: string, text: string, rules: readonly string[]): string[] {
  if (rules.length === 0) return [];
  const lines = [`type ${type}`, ...rules].map((line) => `    ${line}`);
  return [`  # ${text}`, `  chain ${name} {`, ...lines, '  }'];
}
