import type { FailureFacts, FailureReason, SourceName } from '../../../domain/model.ts';
import { describeFailure, describeSpecificHint } from '../failures/describe-failure.ts';
import { OTHER_SOURCE } from '../failures/endpoint-failures.ts';
import type { Explanation } from '../failures/explanation.ts';

/** A role whose first credentials could not be read. The server ends. */
export interface FirstFailure {
  name: string;
  /** The name is one of `--serve`. */
  isNamed: boolean;
  source: SourceName;
  failure: FailureFacts;
  /** The URL of the source if requests to it reach this server itself, else null. */
  ownUrl: string | null;
}

/** Says why no credentials are served. The hints of a poll expect a next poll, and this server ends. */
export function describeFirstFailure(first: FirstFailure): Explanation {
  const { name, failure, ownUrl } = first;
  if (ownUrl !== null)
    return {
      message: `the source of ${name} is the server itself: requests to ${ownUrl} reach this server`,
      hint: `name the credentials to serve: ${listSelectors(first)}; \`cred-watch serve --setup-check\` shows the routes`,
    };
  const { message, hint } = describeFailure(failure);
  return {
    message: `could not get the credentials of ${name}: ${message}`,
    hint:
      (failure.reason === 'unreachable' ? describeUnreachable(first) : describeSpecificHint(failure)) ??
      chooseHint(first) ??
      hint.replace(OTHER_SOURCE, `serve other credentials: ${listSelectors(first)}`),
  };
}

const listSelectors = ({ name, isNamed }: FirstFailure): string =>
  isNamed
    ? `--serve ${name}=profile:NAME or --serve ${name}=process:COMMAND`
    : '--profile NAME, --role-arn ARN or --process COMMAND';

/** Failures that pass without a change. */
const TEMPORARY: ReadonlySet<FailureReason> = new Set(['timeout', 'server-error', 'starting']);

/** Null: the hint of a poll is correct. */
function chooseHint(first: FirstFailure): string | null {
  const { source, isNamed, failure } = first;
  if (TEMPORARY.has(failure.reason))
    return source === 'process'
      ? 'run the command by hand: it must print the credentials within 1m, and cannot ask for a password'
      : 'start the server again when the source responds; systemd does so with Restart=on-failure';
  switch (failure.reason) {
    case 'not-configured':
      return describeMissing(first);
    case 'throttled':
      return 'check which other programs send requests to the source, and start the server again later';
    case 'unknown-expiry':
      return describeUnknownExpiry(source, isNamed);
    default:
      return null;
  }
}

function describeUnreachable(first: FirstFailure): string {
  const check = describeSpecificHint(first.failure);
  switch (first.source) {
    case 'imds':
      return `${check === null ? '' : `${check}; `}if this machine is not an EC2 instance with a role, name the credentials to serve: ${listSelectors(first)}`;
    case 'container':
      return `${check ?? 'check that the endpoint runs'}, or serve other credentials: ${listSelectors(first)}`;
    case 'role':
      return first.isNamed
        ? `name a profile with role_arn and source_profile: --serve ${first.name}=profile:NAME`
        : 'name the profile whose credentials assume the role: --profile NAME';
    default:
      return `check that the source runs, or serve other credentials: ${listSelectors(first)}`;
  }
}

function describeMissing(first: FirstFailure): string | null {
  const { name, source, isNamed } = first;
  switch (source) {
    case 'sso':
    case 'profile':
      return `name the profile: ${isNamed ? `--serve ${name}=${source}:NAME` : '--profile NAME'}`;
    case 'role':
      return isNamed
        ? `name the role with --serve ${name}=role:ARN, or a profile that has one with --serve ${name}=profile:NAME`
        : 'name the role with --role-arn ARN, or a profile that has one with --profile NAME';
    default:
      return null;
  }
}

/** `--expires` applies to a single role, and only to keys that a user provides. */
function describeUnknownExpiry(source: SourceName, isNamed: boolean): string | null {
  if (source === 'imds' || source === 'container')
    return 'check which server responds: real endpoints state the expiration';
  return isNamed
    ? 'let the source state when the keys expire, or serve this source alone, without --serve and with --expires 45m'
    : null;
}
