/** More would be a book. */
const MOST_PRINTED = 12;

const sections = () => document.querySelectorAll<HTMLDetailsElement>('details.series');

/** Ways into the series that are folded away: the button, the links of the overview, and print. */
export function enableSectionOpening(): void {
  const openAll = document.querySelector<HTMLButtonElement>('[data-open-all]');
  if (openAll !== null) {
    openAll.hidden = [...sections()].every(({ open }) => open);
    openAll.addEventListener('click', () => {
      for (const section of sections()) section.open = true;
      openAll.hidden = true;
    });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.overview a')) {
    link.addEventListener('click', () => open(link.hash));
  }
  open(location.hash);
  openForPrint();
}

function open(hash: string): void {
  const section = /^#series-\d+$/.test(hash) ? document.querySelector(hash) : null;
  if (section instanceof HTMLDetailsElement) section.open = true;
}

function openForPrint(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    const all = [...sections()];
    opened = all.length > MOST_PRINTED ? [] : all.filter((section) => !section.open);
    for (const section of opened) section.open = true;
  });
  addEventListener('afterprint', () => {
    for (const section of opened) section.open = false;
  });
}
