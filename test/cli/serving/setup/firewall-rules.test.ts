import { expect, test } from 'vitest';
import {
  parseIptablesRules,
  parseNftRules,
  parsePfRules,
  parsePortProxies,
} from '../../../../src/cli/serving/setup/firewall-rules.ts';
import { parseListeners } from '../../../../src/cli/serving/setup/listeners.ts';

const TARGET = { host: '127.0.0.1', port: 1338 };
const LOCAL = { address: '169.254.169.254', bridge: null, target: TARGET };

test('rules of nft are parsed', () => {
  const text = `table ip cred_watch {
	chain outgoing {
		type nat hook output priority -110; policy accept;
		ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:1338
		ip daddr 169.254.169.254 tcp dport 443 dnat to 127.0.0.1:1338
	}
	chain incoming {
		iifname "docker0" ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:1338
		iifname "docker0" ip daddr 127.0.0.0/8 drop
	}
	chain outgoing6 {
		ip6 daddr fd00:ec2::254 tcp dport 80 dnat to [::1]:1338
	}
}`;
  expect(parseNftRules(text)).toEqual([
    LOCAL,
    { ...LOCAL, bridge: 'docker0' },
    { address: 'fd00:ec2::254', bridge: null, target: { host: '::1', port: 1338 } },
  ]);
});

test('rules of iptables are parsed', () => {
  const text = `-N CRED_WATCH_OUT
-A CRED_WATCH_OUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:1338
-A CRED_WATCH_IN -d 169.254.169.254/32 -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:1338
-A CRED_WATCH_OUT -d fd00:ec2::254/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [::1]:1338
-A CRED_WATCH_OUT -d 169.254.170.2/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 127.0.0.1:1338
`;
  expect(parseIptablesRules(text)).toEqual([
    LOCAL,
    { ...LOCAL, bridge: 'docker0' },
    { address: 'fd00:ec2::254', bridge: null, target: { host: '::1', port: 1338 } },
  ]);
});

test('rules of pf are parsed', () => {
  const text = `rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port = 80 -> 127.0.0.1 port 1338
rdr pass on lo0 inet6 proto tcp from any to fd00:ec2::254 port = 80 -> ::1 port 1338
rdr pass on en0 inet proto tcp from any to 169.254.169.254 port = 80 -> 127.0.0.1 port 9
`;
  expect(parsePfRules(text)).toEqual([
    LOCAL,
    { address: 'fd00:ec2::254', bridge: null, target: { host: '::1', port: 1338 } },
  ]);
});

test('port proxies of Windows are parsed in any language', () => {
  const text = `
Listen on ipv4:             Connect to ipv4:

Adresse         Port        Adresse         Port
--------------- ----------  --------------- ----------
169.254.169.254 80          127.0.0.1       1338
10.0.0.1        8080        127.0.0.1       1338
`;
  expect(parsePortProxies(text)).toEqual([LOCAL]);
});

test('the tables of the kernel show who listens', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:053A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: FEA9FEA9:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100007F:053A 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0
   1: C20E00FD000000000000000054020000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1 0 100 0 0 10 0
`;
  expect(parseListeners(text)).toEqual([
    { host: '127.0.0.1', port: 1338 },
    { host: '169.254.169.254', port: 80 },
    { host: '::', port: 80 },
    { host: 'fd00:ec2::254', port: 80 },
  ]);
});
