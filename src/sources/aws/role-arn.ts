const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[\w+=,.@/-]{1,512}\/)?([\w+=,.@-]{1,64})$/;

/** Account and name of a role. Both are null if the text is not the ARN of a role. */
export function parseRoleArn(arn: string): { accountId: string | null; role: string | null } {
  const [, accountId = null, role = null] = ROLE_ARN.exec(arn) ?? [];
  return { accountId, role };
}
