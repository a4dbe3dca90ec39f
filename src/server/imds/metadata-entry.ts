import type { Instant } from '../../domain/model.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import type { RequestKind } from '../endpoint-request.ts';
import type { TreeEntry } from '../tree/metadata-tree.ts';

/** The resource that IMDS serves under a path: an entry of the tree, or a computed one. */
export type MetadataEntry =
  | (TreeEntry & { requestKind?: RequestKind; credentials?: FalseCredentials; lastModified?: Instant })
  | { kind: 'redirect'; location: string };
