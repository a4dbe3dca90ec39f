/**
 * SDK families with a default credential chain of their own. boto3 and the AWS CLI use botocore. These SDKs decide
 * whose credentials a job gets.
 */
export const SDKS = ['botocore', 'java', 'go', 'javascript', 'rust', 'dotnet'] as const;
export type Sdk = (typeof SDKS)[number];

/**
 * Other SDKs, and programs whose chain is not exactly the chain of their SDK. They are shown, but do not decide whose
 * credentials a job gets. Otherwise, a rule of a client that this host does not even run could refuse a job.
 * `rclone` uses version 2 of the Go SDK, and `rclone-1.67` and older use version 1.
 */
export const OTHER_CLIENTS = ['terraform', 'rclone', 'rclone-1.67', 'ruby', 'php'] as const;
export type OtherClient = (typeof OTHER_CLIENTS)[number];

/** SDKs and programs with a credential chain. */
export const CLIENTS = [...SDKS, ...OTHER_CLIENTS] as const;
export type Client = (typeof CLIENTS)[number];
