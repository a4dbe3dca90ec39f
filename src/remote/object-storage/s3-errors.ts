import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { redactText } from '../../redact.ts';
import type { BucketUrl } from './bucket-url.ts';
import { ObjectStoreUnavailable } from './object-store.ts';

/** The fields of an error of the SDK, which come from the response of the service. */
interface SdkError {
  name: string;
  message: string;
  status: number | undefined;
  /** The region of the bucket, if the service states it. */
  region: string | undefined;
}

/** Without this permission, S3 does not say whether an object is missing. */
const PERMISSIONS = 's3:GetObject, s3:PutObject and s3:ListBucket';

const WRONG_CLOCK = 'set the clock of this host, for example with NTP';
const NO_CREDENTIALS =
  'set AWS_PROFILE, or another setting of the AWS SDK: see "Credentials" in docs/object-storage.md';
const CHECK_CREDENTIALS = 'check the credentials of this process: `aws sts get-caller-identity` shows them';

type Explain = (bucket: BucketUrl, error: SdkError) => { message: string; hint: string };

const explainWrongRegion: Explain = ({ bucket }, { region }) => ({
  message: `bucket ${bucket} is in another region${region === undefined ? '' : `, ${region}`}`,
  hint: `set AWS_REGION${region === undefined ? ' to the region of the bucket' : `=${region}`}`,
});

const explainRejectedKeys: Explain = ({ bucket }, { name, message }) => ({
  message: `the service rejects the credentials for bucket ${bucket}: ${name}: ${message}`,
  hint: CHECK_CREDENTIALS,
});

/** Errors that the user must fix, by the code of S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const PERMANENT: Readonly<Record<string, Explain>> = {
  NoSuchBucket: ({ bucket }) => ({
    message: `bucket ${bucket} does not exist`,
    hint: 'create the bucket, or check its name and --endpoint-url',
  }),
  AccessDenied: ({ bucket, prefix }, { message }) => ({
    message: `access to s3://${bucket}/${prefix} is denied: ${message}`,
    hint: `allow ${PERMISSIONS}: see "Permissions" in docs/object-storage.md`,
  }),
  PermanentRedirect: explainWrongRegion,
  AuthorizationHeaderMalformed: explainWrongRegion,
  IllegalLocationConstraintException: explainWrongRegion,
  ExpiredToken: explainRejectedKeys,
  InvalidAccessKeyId: explainRejectedKeys,
  InvalidToken: explainRejectedKeys,
  SignatureDoesNotMatch: explainRejectedKeys,
  RequestTimeTooSkewed: () => ({
    message: 'the clock of this host differs by more than 15 minutes from the clock of the service',
    hint: WRONG_CLOCK,
  }),
  CredentialsProviderError: (_, { message }) => ({
    message: `the AWS SDK has no credentials: ${message}`,
    hint: NO_CREDENTIALS,
  }),
  TokenProviderError: () => ({
    message: 'the login of the AWS SDK has expired',
    hint: 'run `aws sso login`',
  }),
};

/** Codes of S3 after which a later attempt can succeed, besides all responses with status 5xx and 429. */
const TEMPORARY: ReadonlySet<string> = new Set([
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
]);

/** Errors before a response, such as a refused connection. */
const CONNECTION_ERROR = /^(?:E(?:AI_AGAIN|CONN\w+|HOSTUNREACH|NET\w+|NOTFOUND|PIPE|TIMEDOUT)|UND_ERR_\w+)$/;

/** The object is missing. `NotFound` has no code, because the response has no document. */
export const isMissingObject = (error: unknown): boolean => {
  const { name, status } = readSdkError(error);
  return name === 'NoSuchKey' || (name === 'NotFound' && status === 404);
};

/** The object has another version, or another write of it is running. */
export const isVersionConflict = (error: unknown): boolean => {
  const { name, status } = readSdkError(error);
  // For a conditional write of an object that was deleted, S3 answers 404.
  return (
    status === 412 ||
    name === 'PreconditionFailed' ||
    name === 'ConditionalRequestConflict' ||
    name === 'NoSuchKey'
  );
};

/** The service does not know conditions. */
export const isNotImplemented = (error: unknown): boolean => readSdkError(error).status === 501;

/** What to throw instead of an error of the SDK. */
export function toStoreError(
  error: unknown,
  target: BucketUrl & { name: string },
  signal: AbortSignal,
): Error {
  if (error instanceof CredWatchError || error instanceof ObjectStoreUnavailable) return error;
  const code = findSystemErrorCode(error);
  if (signal.aborted) {
    const isTimeout = readField(signal.reason, 'name') === 'TimeoutError';
    return new ObjectStoreUnavailable(
      isTimeout ? `${target.name} did not respond in time` : `the push to ${target.name} was stopped`,
    );
  }
  if (code !== null && CONNECTION_ERROR.test(code))
    return new ObjectStoreUnavailable(`could not connect to ${target.name}: ${describeSystemError(error)}`, {
      cause: error,
    });
  const sdk = readSdkError(error);
  const { name, status } = sdk;
  if (TEMPORARY.has(name) || status === 429 || (status !== undefined && status >= 500))
    return new ObjectStoreUnavailable(`${target.name} is not available: ${describe(sdk)}`, { cause: error });
  if (/^Region is missing/.test(sdk.message))
    return new CredWatchError('the region of the bucket is unknown', 'set AWS_REGION', { cause: error });
  const permanent = PERMANENT[name] ?? (status === 301 ? explainWrongRegion : undefined);
  const byStatus = status === 403 ? PERMANENT.AccessDenied : undefined;
  const explained = (permanent ?? byStatus)?.(target, sdk);
  return new CredWatchError(
    explained?.message ?? `could not use ${target.name}: ${describe(sdk)}`,
    explained?.hint ?? 'check the bucket, the prefix and --endpoint-url',
    { cause: error },
  );
}

const describe = ({ name, message, status }: SdkError): string =>
  [...new Set([status === undefined ? '' : `status ${status}`, name, message])].filter(Boolean).join(', ');

/** The SDK wraps errors of the system. */
function findSystemErrorCode(error: unknown): string | null {
  const code = getSystemErrorCode(error);
  if (code !== null || !(error instanceof Error)) return code;
  return error.cause === undefined ? null : findSystemErrorCode(error.cause);
}

function readSdkError(error: unknown): SdkError {
  if (!(error instanceof Error))
    return { name: '', message: redactText(String(error)), status: undefined, region: undefined };
  const { $metadata, $response, Region } = error as unknown as Record<string, unknown>;
  const status = readField($metadata, 'httpStatusCode');
  const header = readField(readField($response, 'headers'), 'x-amz-bucket-region');
  const region = [Region, header].find((text) => typeof text === 'string' && /^[a-z\d-]{1,40}$/.test(text));
  return {
    name: /^\w{1,60}$/.test(error.name) ? error.name : 'unknown error',
    // The message comes from the service, which can quote what it received.
    message: redactText(error.message),
    status: typeof status === 'number' ? status : undefined,
    region: typeof region === 'string' ? region : undefined,
  };
}

const readField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
