import { escapeUnprintable } from '../../untrusted-text.ts';

/** Writes XML. Names that begin with `@` are attributes. */
export async function createXmlBuilder() {
  const { default: Builder } = await import('fast-xml-builder');
  return new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
    format: true,
    // The library escapes markup, but not characters that XML forbids or that attributes turn into spaces.
    attributeValueProcessor: (_, value) => escapeUnprintable(String(value)),
    tagValueProcessor: (_, value) => String(value).split('\n').map(escapeUnprintable).join('\n'),
  });
}
