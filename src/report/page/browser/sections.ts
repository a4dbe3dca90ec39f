/** With more series, only open sections are printed. */
const MAX_PRINTED_SECTIONS = 12;

const findSections = () => document.querySelectorAll<HTMLDetailsElement>('details.series');

/** Opens collapsed sections by the button, by the links of the overview and for printing. */
export function enableSectionOpening(): void {
  const openAll = document.querySelector<HTMLButtonElement>('[data-open-all]');
  if (openAll !== null) {
    openAll.hidden = [...findSections()].every(({ open }) => open);
    openAll.addEventListener('click', () => {
      for (const section of findSections()) section.open = true;
      openAll.hidden = true;
    });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.overview a')) {
    link.addEventListener('click', () => openSection(link.hash));
  }
  openSection(location.hash);
  enablePrinting();
}

function openSection(hash: string): void {
  const section = /^#series-\d+$/.test(hash) ? document.querySelector(hash) : null;
  if (section instanceof HTMLDetailsElement) section.open = true;
}

function enablePrinting(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    const all = [...findSections()];
    opened = all.length > MAX_PRINTED_SECTIONS ? [] : all.filter((section) => !section.open);
    for (const section of opened) section.open = true;
  });
  addEventListener('afterprint', () => {
    for (const section of opened) section.open = false;
  });
}
