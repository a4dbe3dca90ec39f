import type { Client } from '../clients.ts';
import { BOTOCORE } from './botocore.ts';
import type { ClientRules } from './client-rules.ts';
import { DOTNET } from './dotnet.ts';
import { GO } from './go.ts';
import { JAVA } from './java.ts';
import { JAVASCRIPT } from './javascript.ts';
import { PHP } from './php.ts';
import { RCLONE, RCLONE_1_67 } from './rclone.ts';
import { RUBY } from './ruby.ts';
import { RUST } from './rust.ts';
import { TERRAFORM } from './terraform.ts';

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
