import type { Generation, IssuedCredentials } from '../model.ts';
import { toNullable, valueAt } from './columns/column.ts';
import { type RecordedColumns, selectItems } from './columns/generation-columns.ts';

type SeenPeriod = Pick<Generation, 'firstSeen' | 'lastSeen'>;
type Issued = Omit<IssuedCredentials, 'zoneless'>;
type Ordered = SeenPeriod & Issued;

/** Whether each was seen before the last sample of the other, as with several endpoints. */
export function areOverlapping(a: SeenPeriod, b: SeenPeriod): boolean {
  return a.firstSeen < b.lastSeen && b.firstSeen < a.lastSeen;
}

type OrderedColumns = Pick<
  RecordedColumns,
  'count' | 'accessKeyIds' | 'firstSeen' | 'lastSeen' | 'lastUpdated' | 'expiration'
>;

/** As {@link orderGenerations}, for columns. */
export function orderColumns<T extends OrderedColumns>(columns: T): T {
  if (areSeenInTurn(columns)) return columns;
  const { accessKeyIds, firstSeen, lastSeen, lastUpdated, expiration } = columns;
  const items = Array.from({ length: columns.count }, (_, index) => ({
    index,
    accessKeyId: accessKeyIds.at(index) ?? '',
    lastUpdated: toNullable(valueAt(lastUpdated, index)),
    expiration: valueAt(expiration, index),
    firstSeen: valueAt(firstSeen, index),
    lastSeen: valueAt(lastSeen, index),
  }));
  return selectItems(
    columns,
    Int32Array.from(orderGenerations(items), ({ index }) => index),
  );
}

/** Whether each generation follows the last sample of the previous one, so that no other order is possible. */
function areSeenInTurn({ count, firstSeen, lastSeen }: OrderedColumns): boolean {
  for (let index = 1; index < count; index += 1) {
    const isLater = valueAt(firstSeen, index) > valueAt(firstSeen, index - 1);
    if (!isLater || valueAt(firstSeen, index) < valueAt(lastSeen, index - 1)) return false;
  }
  return true;
}

/**
 * Sorts generations in the order in which they were issued: by first sample, and overlapping generations by
 * `LastUpdated`. The result does not depend on the order of the input.
 */
export function orderGenerations<T extends Ordered>(generations: readonly T[]): T[] {
  const bySample = [...generations].sort(
    (a, b) =>
      a.firstSeen - b.firstSeen ||
      a.lastSeen - b.lastSeen ||
      (a.lastUpdated ?? 0) - (b.lastUpdated ?? 0) ||
      a.expiration - b.expiration ||
      (a.accessKeyId < b.accessKeyId ? -1 : 1),
  );
  const blocks = [createBlock<T>([])];
  for (const each of bySample) insert(blocks, each);
  return blocks.flatMap(({ items }) => items);
}

/**
 * A part of the order. The search for a position can skip a whole block, so that thousands of overlapping
 * generations do not take a step for each pair.
 */
interface Block<T> {
  items: T[];
  latestFirstSeen: number;
  earliestLastSeen: number;
  /** Minus infinity if a generation is undated. */
  earliestIssue: number;
}

const MAX_BLOCK_LENGTH = 256;

/** Inserts a generation after the last of its predecessors, or at the beginning. */
function insert<T extends Ordered>(blocks: Block<T>[], generation: T): void {
  const found = blocks.findLastIndex((block) => hasPredecessor(block, generation));
  const block = blocks[Math.max(0, found)];
  if (block === undefined) return;
  const { items } = block;
  const predecessor = items.findLastIndex((each) => isPredecessor(each, generation));
  items.splice(predecessor + 1, 0, generation);
  if (items.length <= MAX_BLOCK_LENGTH) extend(block, generation);
  else
    blocks.splice(
      blocks.indexOf(block),
      1,
      createBlock(items.splice(0, items.length >> 1)),
      createBlock(items),
    );
}

const isPredecessor = (other: Ordered, generation: Ordered): boolean =>
  !areOverlapping(other, generation) || !isIssuedBefore(generation, other);

/** Whether {@link isPredecessor} is true for a generation of the block. */
const hasPredecessor = (
  { latestFirstSeen, earliestLastSeen, earliestIssue }: Block<unknown>,
  { firstSeen, lastSeen, lastUpdated }: Ordered,
): boolean =>
  latestFirstSeen >= lastSeen ||
  earliestLastSeen <= firstSeen ||
  lastUpdated === null ||
  earliestIssue <= lastUpdated;

function createBlock<T extends Ordered>(items: T[]): Block<T> {
  const block: Block<T> = {
    items,
    latestFirstSeen: Number.NEGATIVE_INFINITY,
    earliestLastSeen: Number.POSITIVE_INFINITY,
    earliestIssue: Number.POSITIVE_INFINITY,
  };
  for (const each of items) extend(block, each);
  return block;
}

function extend(block: Block<unknown>, { firstSeen, lastSeen, lastUpdated }: Ordered): void {
  block.latestFirstSeen = Math.max(block.latestFirstSeen, firstSeen);
  block.earliestLastSeen = Math.min(block.earliestLastSeen, lastSeen);
  block.earliestIssue = Math.min(block.earliestIssue, lastUpdated ?? Number.NEGATIVE_INFINITY);
}

function isIssuedBefore(a: Issued, b: Issued): boolean {
  return a.lastUpdated !== null && b.lastUpdated !== null && a.lastUpdated < b.lastUpdated;
}
