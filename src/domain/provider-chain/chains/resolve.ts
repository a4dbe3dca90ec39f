import { SDKS, type Sdk } from '../clients.ts';
import type { ChainOutcome, OutcomesBySdk } from '../outcome.ts';
import { type ChainFacts, mapNames, selectClientFacts } from '../providers.ts';
import { BOTOCORE } from './botocore.ts';
import { DOTNET } from './dotnet.ts';
import { GO } from './go.ts';
import { JAVA } from './java.ts';
import { JAVASCRIPT } from './javascript.ts';
import { type ChainLink, groupLinks } from './links.ts';
import { RUST } from './rust.ts';

/**
 * The default credential chains. Sources: the code of botocore 1.43.107 (`credentials.py`, `session.py`) and
 * of the AWS SDKs for JavaScript (`credential-provider-node` 3.972.97), Java 2 (`DefaultCredentialsProvider`,
 * `ProfileCredentialsUtils`), Go 2 (`config/resolve_credentials.go`, `shared_config.go`), Rust (`aws-config`,
 * `profile/credentials/repr.rs`) and .NET (`DefaultAWSCredentialsIdentityResolver`,
 * `CredentialProfileTypeDetector`). Not covered: JVM properties, settings in code, and botocore's old files
 * (AWS_CREDENTIAL_FILE, ~/.boto).
 */
const CHAINS: Readonly<Record<Sdk, readonly ChainLink[]>> = {
  botocore: BOTOCORE,
  java: JAVA,
  go: GO,
  javascript: JAVASCRIPT,
  rust: RUST,
  dotnet: DOTNET,
};

export function resolveChain(sdk: Sdk, facts: ChainFacts): ChainOutcome {
  const result = groupLinks(...CHAINS[sdk])(selectClientFacts(facts, sdk), sdk);
  return result === 'next' || result === 'leave' ? { kind: 'none' } : result;
}

/** How the default chain of each SDK ends in a program that starts now in this environment. */
export const resolveChains = (facts: ChainFacts): OutcomesBySdk =>
  mapNames(SDKS, (sdk) => resolveChain(sdk, facts));
