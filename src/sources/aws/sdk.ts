/**
 * The packages of AWS. They take as long to load as the rest of a poll, so this module is a bundle of its own,
 * which is loaded for the first call. It imports nothing of this program except types: a class that is part of
 * two bundles exists twice.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { GetRoleCredentialsCommand, SSOClient } from '@aws-sdk/client-sso';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export interface SdkOptions {
  region: string;
  /** Undefined: the endpoint of AWS in the region. */
  endpoint?: string | undefined;
  usesFips: boolean;
  usesDualStack: boolean;
  connectMs: number;
  requestMs: number;
  maxBodyBytes: number;
  createBodyTooLargeError(): Error;
  lookup: LookupFunction;
  /** Called for each response, after the headers. `date` is null without this header. */
  onResponse(date: string | null): void;
  /** Called before each request. */
  onRequest(): void;
}

export interface SdkKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** Credentials as AWS states them. */
export interface SdkCredentials {
  AccessKeyId?: string | undefined;
  SecretAccessKey?: string | undefined;
  SessionToken?: string | undefined;
  Expiration?: Date | undefined;
}

/** Whose credentials signed a request, as AWS states it. */
export interface SdkIdentity {
  Arn?: string | undefined;
  Account?: string | undefined;
}

/** The calls of one poll. All of them throw the errors of the SDK. */
export interface Sdk {
  assumeRoleWithWebIdentity(
    input: AssumeRoleWithWebIdentityCommandInput,
    signal: AbortSignal,
  ): Promise<SdkCredentials | undefined>;
  assumeRole(
    input: AssumeRoleCommandInput,
    keys: SdkKeys,
    signal: AbortSignal,
  ): Promise<SdkCredentials | undefined>;
  getRoleCredentials(
    input: { accessToken: string; accountId: string; roleName: string },
    signal: AbortSignal,
  ): Promise<SdkCredentials | undefined>;
  getCallerIdentity(keys: SdkKeys, signal: AbortSignal): Promise<SdkIdentity>;
  /** Closes all connections. */
  close(): void;
}

export function openSdk(options: SdkOptions): Sdk {
  const handler = new ObservingHandler(options);
  const config = createConfig(options, handler);
  // One client for all attempts, because a client remembers by how much the host's clock is wrong.
  let client: STSClient | null = null;
  return {
    async assumeRoleWithWebIdentity(input, abortSignal) {
      client ??= new STSClient(config);
      return (await client.send(new AssumeRoleWithWebIdentityCommand(input), { abortSignal })).Credentials;
    },
    async assumeRole(input, keys, abortSignal) {
      client ??= new STSClient({ ...config, credentials: toIdentity(keys) });
      return (await client.send(new AssumeRoleCommand(input), { abortSignal })).Credentials;
    },
    async getRoleCredentials(input, abortSignal) {
      const command = new GetRoleCredentialsCommand(input);
      const { roleCredentials: keys } = await new SSOClient(config).send(command, { abortSignal });
      return {
        AccessKeyId: keys?.accessKeyId,
        SecretAccessKey: keys?.secretAccessKey,
        SessionToken: keys?.sessionToken,
        Expiration: keys?.expiration === undefined ? undefined : new Date(keys.expiration),
      };
    },
    async getCallerIdentity(keys, abortSignal) {
      client ??= new STSClient({ ...config, credentials: toIdentity(keys) });
      const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
      return { Arn, Account };
    },
    close: () => handler.destroy(),
  };
}

const toIdentity = ({ sessionToken, ...keys }: SdkKeys) =>
  sessionToken === undefined ? keys : { ...keys, sessionToken };

/** Every setting that the SDK would otherwise read from variables of the process or from the shared files. */
const createConfig = (
  { region, endpoint, usesFips, usesDualStack, ...options }: SdkOptions,
  handler: NodeHttpHandler,
) => ({
  region,
  ...(endpoint === undefined ? {} : { endpoint }),
  ignoreConfiguredEndpointUrls: true,
  useFipsEndpoint: usesFips,
  useDualstackEndpoint: usesDualStack,
  requestHandler: handler,
  streamCollector: createBodyCollector(options),
  // The poll repeats attempts, like those of every other source.
  maxAttempts: 1,
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
  authSchemePreference: [] as string[],
  sigv4aSigningRegionSet: [] as string[],
  userAgentAppId: '',
});

class ObservingHandler extends NodeHttpHandler {
  readonly #options: SdkOptions;

  constructor(options: SdkOptions) {
    // An open connection would keep the process running.
    const agent = { keepAlive: false, lookup: options.lookup };
    super({
      connectionTimeout: options.connectMs,
      requestTimeout: options.requestMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    });
    this.#options = options;
  }

  override async handle(
    ...args: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    this.#options.onRequest();
    const result = await super.handle(...args);
    const headers = Object.entries(result.response.headers);
    this.#options.onResponse(headers.find(([name]) => name.toLowerCase() === 'date')?.[1] ?? null);
    return result;
  }
}

const createBodyCollector =
  ({ maxBodyBytes, createBodyTooLargeError }: Pick<SdkOptions, 'maxBodyBytes' | 'createBodyTooLargeError'>) =>
  async (stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > maxBodyBytes) throw createBodyTooLargeError();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
