import { SDKS } from '../../domain/provider-chain/clients.ts';
import type { ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import type { ChainOutcome } from '../../domain/provider-chain/outcome.ts';
import { isUsableProvider } from '../../domain/provider-chain/provider-states.ts';
import { type ChainFacts, PROVIDER_NAMES, type ProviderName } from '../../domain/provider-chain/providers.ts';
import { PROVIDER_PHRASES } from '../messages/provider-chain/providers.ts';
import { describeSdks, isEverySdk } from '../messages/provider-chain/sdk-lists.ts';
import { createPalette } from '../terminal/colour.ts';
import { clampWidth, layOutColumns } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';

/** The last line, if the exit code is 0 although some SDKs get no credentials. Else `''`. */
export function renderExitCodeNote({ facts, outcomes }: ChainReport, style: TextStyle): string {
  const sdks = SDKS.filter((sdk) => getsNone(outcomes[sdk]));
  const provider = findExpectedProvider({ facts, outcomes });
  if (sdks.length === 0 || provider === null) return '';
  // An SDK uses expired credentials, too.
  const which = sdks.some((sdk) => outcomes[sdk].kind === 'wins') ? 'credentials that work' : 'credentials';
  const subject = isEverySdk(sdks)
    ? `no SDK gets ${which}`
    : `${describeSdks(sdks, 'gets', 'get')} no ${which}`;
  const text =
    `${subject}, but the exit code is 0, because ${PROVIDER_PHRASES[provider]} has some: ` +
    `\`cred-watch sources --expect ${provider}\` ends with 1 unless every SDK uses it`;
  const palette = createPalette(style);
  return palette.encode(`${layOutColumns([[palette.warning(text)]], [clampWidth(style.width)], palette)}\n`);
}

/** AWS refuses the credentials of an outcome with a problem. */
const getsNone = (outcome: ChainOutcome): boolean =>
  outcome.kind === 'wins' ? outcome.problem !== null : outcome.kind !== 'unknown';

/** The provider of the most SDKs, else the first one that has credentials. Null if none has. */
function findExpectedProvider({
  facts,
  outcomes,
}: Pick<ChainReport, 'outcomes'> & { facts: Pick<ChainFacts, 'providers'> }): ProviderName | null {
  const count = (name: ProviderName) =>
    SDKS.filter((sdk) => {
      const outcome = outcomes[sdk];
      return outcome.kind === 'wins' && outcome.provider === name && !getsNone(outcome);
    }).length;
  const usable = PROVIDER_NAMES.filter((name) => isUsableProvider(facts.providers[name]));
  const [first = null] = usable.toSorted((a, b) => count(b) - count(a));
  return first;
}
