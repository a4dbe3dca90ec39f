import { escapeUnprintable } from '../../../untrusted-text.ts';

/** Two served roles have the same role name, for example in two accounts. */
export interface RenamedRole {
  /** The name of `--serve`. */
  name: string;
  /** The role name that the source states. */
  role: string;
  recordedAs: string;
}

/** The samples of both would otherwise be one series. */
export const describeRenamedRole = ({ name, role, recordedAs }: RenamedRole) => ({
  message: `${name} has the same role name as another served role (${escapeUnprintable(role)}), and is recorded as ${recordedAs}`,
  hint: `select its samples with --role ${recordedAs}`,
});
