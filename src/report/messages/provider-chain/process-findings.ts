import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { PROVIDER_PHRASES } from './providers.ts';

export const describeOtherNamespace = ({
  pid,
  namespaces,
}: ChainFinding<'PROCESS_IN_OTHER_NAMESPACE'>): Explanation => ({
  message: `process ${pid} runs in another ${namespaces.join(' and ')} namespace: ${joinWords(
    namespaces.map((namespace) =>
      namespace === 'mount'
        ? `its files were read through /proc/${pid}/root`
        : 'endpoints were polled from the network of cred-watch',
    ),
  )}`,
  hint: namespaces.includes('network')
    ? `run \`cred-watch sources\` in the container, or \`nsenter -t ${pid} -n cred-watch sources --pid ${pid}\``
    : 'run `cred-watch sources` in the container of the process to read its files as it does',
});

export const describeOtherUser = ({ pid, untried }: ChainFinding<'PROCESS_OF_OTHER_USER'>): Explanation => ({
  message:
    `process ${pid} belongs to another user, so files were read with other permissions` +
    (untried.length === 0
      ? ''
      : `, and ${joinWords(untried.map((name) => PROVIDER_PHRASES[name]))} was not tried`),
  hint: 'run cred-watch as the user of the process',
});
