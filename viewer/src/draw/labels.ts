/**
 * Text that fits: names cut to the width of their boxes, measured once each.
 */

export const FONT = "system-ui, sans-serif";

/** Labels in one font, cut where they do not fit. */
export class Labels {
  private readonly widths = new Map<string, number>();
  private readonly font: string;

  /** `size` in CSS pixels. */
  constructor(
    private readonly context: CanvasRenderingContext2D,
    readonly size = 11,
  ) {
    this.font = `${size}px ${FONT}`;
  }

  /** Sets the canvas's font; a change of its size forgets it. */
  begin(): void {
    this.context.font = this.font;
    this.context.textBaseline = "middle";
    this.context.textAlign = "left";
  }

  width(text: string): number {
    let width = this.widths.get(text);
    if (width === undefined) {
      this.context.font = this.font;
      width = this.context.measureText(text).width;
      this.widths.set(text, width);
    }
    return width;
  }

  /** As much of `text` as `room` has place for; empty if that would say nothing. */
  fit(text: string, room: number): string {
    const width = this.width(text);
    if (width <= room) return text;
    const letters = Math.floor((room / width) * text.length) - 1;
    return letters < 2 ? "" : `${text.slice(0, letters)}…`;
  }
}
