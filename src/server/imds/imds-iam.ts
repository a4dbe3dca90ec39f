import type { Instant } from '../../domain/model.ts';
import {
  applyFieldFaults,
  buildDocumentFields,
  formatDocument,
} from '../credentials/credentials-document.ts';
import { type EndpointRequest, formatDocumentInstant, type ShapeResult } from '../endpoint-request.ts';
import type { CredentialsDirectory, EndpointState } from '../endpoint-state.ts';
import type { ServedCredentials } from '../served-credentials.ts';
import type { TreeEntry } from '../tree/metadata-tree.ts';
import { formatImdsJson } from './imds-wire.ts';

/** The resource that IMDS serves under a path: an entry of the tree, or a computed one. */
export type MetadataEntry =
  | (TreeEntry & {
      requestKind?: ShapeResult['kind'];
      credentials?: ServedCredentials;
      lastModified?: Instant;
    })
  | { kind: 'redirect'; location: string }
  /** No credentials are valid at present. */
  | { kind: 'unavailable'; requestKind: 'credentials' | 'metadata' };

interface IamRequest {
  /** The segments after the version, without a final empty one. */
  path: readonly string[];
  hasSlash: boolean;
  version: string;
  request: EndpointRequest;
  state: EndpointState;
  apiVersion: '1' | '2';
}

export const isIamPath = (
  [top, directory = '']: readonly string[],
  { credentialsDirectories }: EndpointState,
) => top === 'meta-data' && credentialsDirectories.has(directory as CredentialsDirectory);

/** Returns null if the resource does not exist. IMDS responds so if no role is attached. */
export function findIamEntry(iamRequest: IamRequest): MetadataEntry | null {
  const [, directory, ...rest] = iamRequest.path;
  if (directory === 'identity-credentials') return findIdentityEntry(iamRequest, rest);
  if (iamRequest.request.faults.has('no-role')) return null;
  return directory === 'iam' ? findRoleEntry(iamRequest, rest) : findTaskEntry(iamRequest, rest);
}

const EXTENDED = 'security-credentials-extended';

function findRoleEntry(iamRequest: IamRequest, [name, role]: readonly string[]): MetadataEntry | null {
  const { state, hasSlash, version, apiVersion } = iamRequest;
  const { variants } = state;
  const lists = ['security-credentials', ...(variants['extended-api'] === 'on' ? [EXTENDED] : [])];
  const info = state.accountId === null ? [] : ['info'];
  if (name === undefined) return { kind: 'directory', names: [...info, ...lists.map((list) => `${list}/`)] };
  if (name === 'info' && role === undefined && !hasSlash) return buildInfoEntry(iamRequest);
  if (!lists.includes(name)) return null;
  if (state.role === '') return { kind: 'unavailable', requestKind: 'credentials' };
  if (role === undefined) {
    return !hasSlash && variants.slash === '301'
      ? { kind: 'redirect', location: `/${version}/meta-data/iam/${name}/` }
      : { kind: 'directory', names: [state.role], requestKind: 'role' };
  }
  // The real service ignores segments after the role name.
  if (role !== state.role) return null;
  return buildDocumentEntry(iamRequest, apiVersion === '2' ? 'imds-2' : 'imds-1', name === EXTENDED);
}

function buildDocumentEntry(
  { request, state }: IamRequest,
  receiver: string,
  isExtended = false,
): MetadataEntry {
  const { now, faults } = request;
  const credentials = state.issuer.issue(receiver, now, faults);
  if (credentials === null) return { kind: 'unavailable', requestKind: 'credentials' };
  const error = faults.get('error');
  if (error !== null) {
    const fields = buildErrorFields(error.code ?? 'AssumeRoleUnauthorizedAccess', credentials, state);
    return {
      kind: 'leaf',
      requestKind: 'credentials',
      body: formatImdsJson(applyFieldFaults(fields, faults)),
    };
  }
  const layout = isExtended ? 'imds extended' : 'imds';
  const buildFields = () => ({
    Code: 'Success',
    LastUpdated: formatLastUpdated(credentials),
    Type: 'AWS-HMAC',
    ...buildDocumentFields(credentials),
    ...(isExtended && credentials.accountId !== null && { AccountId: credentials.accountId }),
  });
  const body = formatDocument(credentials, layout, faults, buildFields, formatImdsJson);
  return { kind: 'leaf', requestKind: 'credentials', credentials, lastModified: credentials.issuedAt, body };
}

/** Does not exist if the account is unknown: programs would take a made-up account for a fact. */
function buildInfoEntry({ request, state }: IamRequest): MetadataEntry | null {
  const { issuer, role, accountId, partition, isSimulated } = state;
  if (accountId === null) return null;
  const credentials = issuer.issue('info', request.now, request.faults);
  if (credentials === null) return { kind: 'unavailable', requestKind: 'metadata' };
  const fields =
    request.faults.get('error')?.code === 'InstanceProfileNotFound'
      ? buildErrorFields('InstanceProfileNotFound', credentials, state)
      : {
          Code: 'Success',
          LastUpdated: formatLastUpdated(credentials),
          InstanceProfileArn: `arn:${partition}:iam::${accountId}:instance-profile/${role}`,
          ...(isSimulated && { InstanceProfileId: 'AIPAFALSEFALSEFALSEFA' }),
        };
  return { kind: 'leaf', body: formatImdsJson(fields), lastModified: credentials.issuedAt };
}

/** The identity role of the instance. AWS documents that programs should not use these credentials. */
function findIdentityEntry(iamRequest: IamRequest, [ec2, ...rest]: readonly string[]): MetadataEntry | null {
  if (ec2 === undefined) return { kind: 'directory', names: ['ec2/'] };
  if (ec2 !== 'ec2') return null;
  return findNamespaceEntry(iamRequest, rest, 'identity', 'ec2-instance', ({ accountId }, LastUpdated) => ({
    Code: 'Success',
    LastUpdated,
    AccountId: accountId,
  }));
}

/** The namespace from which the ECS agent of 2026 reads task credentials; here one task. */
function findTaskEntry(iamRequest: IamRequest, path: readonly string[]): MetadataEntry | null {
  const task = `${iamRequest.state.credentialsId.replaceAll('-', '')}-0`;
  return findNamespaceEntry(iamRequest, path, 'ecs', task, ({ roleArn }, LastUpdated) => ({
    LastUpdated,
    TaskCredentials: { [task]: { RoleARN: roleArn } },
  }));
}

/** A directory with `info` and the credentials of one receiver. */
function findNamespaceEntry(
  iamRequest: IamRequest,
  [name, last]: readonly string[],
  receiver: string,
  listedName: string,
  buildInfo: (credentials: ServedCredentials, lastUpdated: string) => Readonly<Record<string, unknown>>,
): MetadataEntry | null {
  const { request, state } = iamRequest;
  if (name === undefined) return { kind: 'directory', names: ['info', 'security-credentials/'] };
  if (name === 'info' && last === undefined) {
    const credentials = state.issuer.issue(receiver, request.now, request.faults);
    if (credentials === null) return { kind: 'unavailable', requestKind: 'metadata' };
    return { kind: 'leaf', body: formatImdsJson(buildInfo(credentials, formatLastUpdated(credentials))) };
  }
  if (name !== 'security-credentials') return null;
  if (last === undefined) return { kind: 'directory', names: [listedName] };
  return last === listedName ? buildDocumentEntry(iamRequest, receiver) : null;
}

const formatLastUpdated = ({ issuedAt }: ServedCredentials) => formatDocumentInstant(issuedAt);

const buildErrorFields = (code: string, credentials: ServedCredentials, { role }: EndpointState) => ({
  Code: code,
  Message: getErrorMessage(code, role),
  LastUpdated: formatLastUpdated(credentials),
});

function getErrorMessage(code: string, role: string): string {
  if (code === 'AssumeRoleUnauthorizedAccess') return `EC2 cannot assume the role ${role}.`;
  if (code === 'InstanceProfileNotFound') return `Instance Profile ${role} cannot be found.`;
  return `Simulated error ${code}.`;
}
