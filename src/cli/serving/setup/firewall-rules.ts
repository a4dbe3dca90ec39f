import type { Readable, Redirect } from '../../../domain/setup/setup-facts.ts';
import type { SetupSystem, SocketAddress } from '../../../domain/setup/setup-plan.ts';
import { IPTABLES_CHAINS, NFT_TABLE } from '../../../report/setup/linux-parts.ts';
import { PF_ANCHOR } from '../../../report/setup/macos.ts';
import { type CommandResult, runReadOnly } from './run-read-only.ts';

type Rules = Readable<Redirect[]>;

/** Reads the rules that `--setup` makes. Rules of other programs show only in a request. */
export async function readRedirects(system: SetupSystem): Promise<Rules> {
  switch (system) {
    case 'linux':
      return combine(await Promise.all([...readNft(), ...readIptables()]));
    case 'macos':
      return parseOutput(await runReadOnly('pfctl', ['-a', PF_ANCHOR, '-s', 'nat']), parsePfRules);
    case 'windows':
      return combine(
        await Promise.all(
          ['v4tov4', 'v6tov6'].map(async (kind) =>
            parseOutput(
              await runReadOnly('netsh', ['interface', 'portproxy', 'show', kind]),
              parsePortProxies,
            ),
          ),
        ),
      );
  }
}

/** Unknown rules can exist next to known rules. */
function combine(all: readonly Rules[]): Rules {
  const known = all.flatMap((rules) => ('value' in rules ? rules.value : []));
  const unknown = all.find((rules) => 'unknown' in rules);
  return known.length === 0 && unknown !== undefined ? unknown : { value: known };
}

const readNft = () =>
  ['ip', 'ip6'].map(async (family) =>
    parseOutput(await runReadOnly('nft', ['-nn', 'list', 'table', family, NFT_TABLE]), parseNftRules),
  );

/** A chain counts only if the built-in chain jumps to it. */
const readIptables = () =>
  ['iptables', 'ip6tables'].flatMap((program) =>
    IPTABLES_CHAINS.filter(([table]) => table === 'nat').map(async ([table, hook, chain]): Promise<Rules> => {
      const rules = parseOutput(
        await runReadOnly(program, ['-w', '-t', table, '-S', chain]),
        parseIptablesRules,
      );
      if (!('value' in rules) || rules.value.length === 0) return rules;
      const jump = await runReadOnly(program, ['-w', '-t', table, '-C', hook, '-j', chain]);
      return jump.code === 0 ? rules : { value: [] };
    }),
  );

/** Tables and chains that do not exist have no rules. */
const NOT_FOUND =
  /no such file or directory|no chain\/target\/match by that name|does not exist|incompatible/i;
const NO_PERMISSION = /not permitted|permission denied|must be root/i;

function parseOutput({ code, stdout, stderr }: CommandResult, parse: (text: string) => Redirect[]): Rules {
  if (code === 0) return { value: parse(stdout) };
  if (code === null || NOT_FOUND.test(stderr)) return { value: [] };
  return { unknown: NO_PERMISSION.test(stderr) ? 'permission' : 'failed' };
}

/** `iifname "docker0" ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:1338` */
export const parseNftRules = (text: string): Redirect[] =>
  collect(
    text,
    /^\s*(?:iifname "(?<bridge>[^"]+)" )?ip6? daddr (?<address>\S+) tcp dport 80 dnat to (?<target>\S+)\s*$/gm,
  );

/** `-A CRED_WATCH_OUT -d 169.254.169.254/32 -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:1338` */
export const parseIptablesRules = (text: string): Redirect[] =>
  collect(
    text,
    /^-A \S+ -d (?<address>[^/\s]+)\/\d+(?: -i (?<bridge>\S+))? -p tcp (?:-m tcp )?--dport 80 -j DNAT --to-destination (?<target>\S+)\s*$/gm,
  );

/** `rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port = 80 -> 127.0.0.1 port 1338` */
export const parsePfRules = (text: string): Redirect[] =>
  collect(
    text,
    /^rdr pass on lo0 .* to (?<address>\S+) port (?:= )?(?:80|http) -> (?<host>\S+) port (?<port>\d+)\s*$/gm,
  );

/** `169.254.169.254 80          127.0.0.1       1338`; the headings are translated. */
export const parsePortProxies = (text: string): Redirect[] =>
  collect(text, /^(?<address>[\d.]+|[\da-f:]+)\s+80\s+(?<host>[\d.]+|[\da-f:]+)\s+(?<port>\d+)\s*$/gim);

function collect(text: string, pattern: RegExp): Redirect[] {
  return [...text.matchAll(pattern)].flatMap(({ groups = {} }) => {
    const { address, bridge = null, target, host, port } = groups;
    const parsed = target === undefined ? { host: host ?? '', port: Number(port) } : parseTarget(target);
    return address === undefined || parsed === null ? [] : [{ address, bridge, target: parsed }];
  });
}

function parseTarget(text: string): SocketAddress | null {
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = ipv6 ?? ipv4;
  return host === undefined ? null : { host, port: Number(port) };
}
