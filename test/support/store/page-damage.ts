/** Kinds of damage of a database file, as after a lost or misdirected write. */
export const PAGE_SIZE = 4096;

const getPage = (bytes: Buffer, number: number) =>
  bytes.subarray((number - 1) * PAGE_SIZE, number * PAGE_SIZE);

/** Damages a page in place. Some kinds need another page. */
export type Damage = (bytes: Buffer, page: number, other: number) => void;

export const DAMAGES: [string, Damage][] = [
  [
    'two pages are swapped',
    (bytes, page, other) => {
      const kept = Buffer.from(getPage(bytes, page));
      getPage(bytes, other).copy(getPage(bytes, page));
      kept.copy(getPage(bytes, other));
    },
  ],
  [
    'a page is replaced by another page',
    (bytes, page, other) => void getPage(bytes, other).copy(getPage(bytes, page)),
  ],
  ['a page has only zeros', (bytes, page) => void getPage(bytes, page).fill(0)],
  [
    'a page is an empty page of the same kind',
    (bytes, page) => {
      const kind = getPage(bytes, page)[0];
      if (kind !== 0x0d && kind !== 0x0a) return;
      // A leaf without cells, whose content area starts at the end of the page.
      getPage(bytes, page)
        .fill(0)
        .set([kind, 0, 0, 0, 0, PAGE_SIZE >> 8, 0, 0]);
    },
  ],
];
