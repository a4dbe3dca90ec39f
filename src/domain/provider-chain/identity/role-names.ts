import type { ProviderName } from '../providers.ts';

/** IAM Identity Center creates a role for each permission set, with this name. */
const PERMISSION_SET_ROLE = /^AWSReservedSSO_(.+)_[\da-f]{16}$/;

/**
 * Sources rarely know the path of a role, so a missing path matches every path.
 * @param provider SSO states the name of the permission set, and AWS the role that belongs to it
 */
export function isSameRole(actual: string, expected: string, provider: ProviderName): boolean {
  const [actualPath, expectedPath] = [actual, expected].map((role) => role.replace(/^arn:.*:role\//, ''));
  if (actualPath?.includes('/') && expectedPath?.includes('/')) return actualPath === expectedPath;
  const [actualName, expectedName] = [getRoleName(actual), getRoleName(expected)];
  if (actualName === expectedName) return true;
  return provider === 'sso' && PERMISSION_SET_ROLE.exec(actualName)?.[1] === expectedName;
}

const getRoleName = (role: string) => role.replace(/^.*[/]/, '');
