import type { Page } from 'playwright-core';

/** A text or an area of a chart, in CSS pixels of the window. */
export interface Box {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** All texts of one chart, and the areas that they must not touch. */
export interface MeasuredChart {
  texts: Box[];
  /** Of the axes. */
  labels: Box[];
  /** Labels that are partly outside of their canvas. */
  cut: Box[];
  plot: Box;
  card: Box;
}

declare global {
  /** The texts drawn on each canvas since it was cleared, in pixels of the canvas. */
  var drawnTexts: Map<HTMLCanvasElement, Box[]>;
}

/** Records the texts that are drawn on a canvas, because the browser does not know their positions afterwards. */
export const recordDrawnTexts = (page: Page): Promise<void> =>
  page
    .addInitScript(() => {
      globalThis.drawnTexts = new Map();
      const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.clearRect = function (...args) {
        globalThis.drawnTexts.delete(this.canvas);
        clearRect.apply(this, args);
      };
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        const size = this.measureText(text);
        const matrix = this.getTransform();
        const at = matrix.transformPoint({ x, y });
        const boxes = globalThis.drawnTexts.get(this.canvas) ?? [];
        boxes.push({
          text,
          left: at.x - size.actualBoundingBoxLeft,
          right: at.x + size.actualBoundingBoxRight,
          top: at.y - size.actualBoundingBoxAscent,
          bottom: at.y + size.actualBoundingBoxDescent,
        });
        globalThis.drawnTexts.set(this.canvas, boxes);
        fillText.call(this, text, x, y);
      };
    })
    .then(() => undefined);

/** The visible charts of a page with their texts. */
export const measureCharts = (page: Page): Promise<MeasuredChart[]> =>
  page.evaluate(() => {
    const toBox = (text: string, { left, right, top, bottom }: DOMRect): Box => ({
      text,
      left,
      right,
      top,
      bottom,
    });
    const isVisible = (element: Element) => element.getClientRects().length > 0;
    return [...document.querySelectorAll('.chart')].filter(isVisible).flatMap((chart) => {
      const plot = [...chart.querySelectorAll('.u-over, svg.shapes')].find(isVisible);
      if (plot === undefined) return [];
      const canvas = [...chart.querySelectorAll('canvas')].find(isVisible);
      const frame = canvas?.getBoundingClientRect();
      const scale = canvas === undefined || frame === undefined ? 1 : frame.width / canvas.width;
      const drawn = canvas === undefined ? [] : (globalThis.drawnTexts.get(canvas) ?? []);
      const onCanvas = drawn
        .filter(({ text }) => text !== '')
        .map(({ text, ...box }) => ({
          text,
          left: (frame?.left ?? 0) + box.left * scale,
          right: (frame?.left ?? 0) + box.right * scale,
          top: (frame?.top ?? 0) + box.top * scale,
          bottom: (frame?.top ?? 0) + box.bottom * scale,
        }));
      const measure = (selector: string) =>
        [...chart.querySelectorAll(selector)]
          .filter(isVisible)
          .map((each) => toBox(each.textContent ?? '', each.getBoundingClientRect()));
      const labels = [...measure('svg text'), ...onCanvas];
      return [
        {
          texts: [...measure('figcaption h3, figcaption .muted, .legend li, button'), ...labels],
          labels,
          cut: onCanvas.filter(
            ({ left, right }) => frame !== undefined && (left < frame.left || right > frame.right),
          ),
          plot: toBox('plot', plot.getBoundingClientRect()),
          card: toBox('card', chart.getBoundingClientRect()),
        },
      ];
    });
  });

const overlap = (a: Box, b: Box, slack: number) =>
  a.left < b.right - slack &&
  b.left < a.right - slack &&
  a.top < b.bottom - slack &&
  b.top < a.bottom - slack;

/** Pixels. Closer labels of one line read like one label. */
const MIN_GAP = 4;

/** Labels of one line that are too close. */
const findCloseLabels = (labels: readonly Box[]): string[] =>
  labels.flatMap((each, index) =>
    labels.slice(index + 1).flatMap((other) => {
      const gap = Math.max(each.left, other.left) - Math.min(each.right, other.right);
      const isOneLine = Math.min(each.bottom, other.bottom) - Math.max(each.top, other.top) > 4;
      return isOneLine && gap < MIN_GAP ? [`${each.text} is ${gap.toFixed(1)} px from ${other.text}`] : [];
    }),
  );

/** Texts that overlap each other, lie on the plot or extend beyond the chart, with their positions. */
export function findCollisions({ texts, labels, cut, plot, card }: MeasuredChart): string[] {
  const show = ({ text, left, top, right, bottom }: Box) =>
    `${text} (${[left, top, right, bottom].map(Math.round).join(' ')})`;
  const collisions = texts.flatMap((each, index) => [
    ...texts
      .slice(index + 1)
      // The boxes of lines contain space for letters that do not occur in these texts.
      .filter((other) => overlap(each, other, 2))
      .map((other) => `${show(each)} overlaps ${show(other)}`),
    ...(overlap(each, plot, 2) ? [`${show(each)} is on ${show(plot)}`] : []),
    ...(each.left < card.left || each.right > card.right || each.bottom > card.bottom + 1
      ? [`${show(each)} extends beyond ${show(card)}`]
      : []),
  ]);
  return [...collisions, ...findCloseLabels(labels), ...cut.map((each) => `${show(each)} is cut off`)];
}
