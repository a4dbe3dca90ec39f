import { BOTOCORE } from '../clients/botocore.ts';
import { DOTNET } from '../clients/dotnet.ts';
import { GO } from '../clients/go.ts';
import { JAVA } from '../clients/java.ts';
import { JAVASCRIPT } from '../clients/javascript.ts';
import { PHP } from '../clients/php.ts';
import { RCLONE, RCLONE_1_67 } from '../clients/rclone.ts';
import { RUBY } from '../clients/ruby.ts';
import { RUST } from '../clients/rust.ts';
import { TERRAFORM } from '../clients/terraform.ts';
import type { Client } from '../clients.ts';
import type { ClientRules } from './client-rules.ts';

/**
 * The default credential chains. Sources: the code of botocore 1.43.107 (`credentials.py`, `session.py`) and
 * of the AWS SDKs for JavaScript (`credential-provider-node` 3.972.97), Java 2 (`DefaultCredentialsProvider`,
 * `ProfileCredentialsUtils`), Go 2 (`config/resolve_credentials.go`, `shared_config.go`), Rust (`aws-config`,
 * `profile/credentials/repr.rs`) and .NET (`DefaultAWSCredentialsIdentityResolver`,
 * `CredentialProfileTypeDetector`). The files of the other clients name their sources. Not covered: JVM
 * properties, settings in code, and botocore's old files (AWS_CREDENTIAL_FILE, ~/.boto).
 */
export const CLIENT_RULES: Readonly<Record<Client, ClientRules>> = {
  botocore: BOTOCORE,
  java: JAVA,
  go: GO,
  javascript: JAVASCRIPT,
  rust: RUST,
  dotnet: DOTNET,
  terraform: TERRAFORM,
  rclone: RCLONE,
  'rclone-1.67': RCLONE_1_67,
  ruby: RUBY,
  php: PHP,
};
