// Tested by: draw-chart.test.ts

/** Red, green, blue: 0 to 255. */
export type Color = readonly [number, number, number];
export type Point = readonly [x: number, y: number];

/** A picture of opaque pixels, three bytes each, row by row from the top; pixel (0, 0) has its middle at (0.5, 0.5). */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;

  constructor({ width, height, color }: { width: number; height: number; color: Color }) {
    this.width = width;
    this.height = height;
    this.bytes = new Uint8Array(width * height * 3);
    for (let at = 0; at < this.bytes.length; at++) this.bytes[at] = color[at % 3]!;
  }

  /** Whole pixels from (left, top) up to, and without, (right, bottom). */
  fill(area: { left: number; top: number; right: number; bottom: number }, color: Color): void {
    const { left, top, right, bottom } = area;
    for (let y = Math.round(top); y < Math.round(bottom); y++) {
      for (let x = Math.round(left); x < Math.round(right); x++)
        this.#mix(x, y, { color, part: 1 });
    }
  }

  /** A line with round ends and joints and smooth edges. */
  stroke(points: readonly Point[], { width, color }: { width: number; color: Color }): void {
    const [only] = points;
    if (points.length === 1 && only) this.#segment(only, only, { width, color });
    for (let at = 1; at < points.length; at++) {
      this.#segment(points[at - 1]!, points[at]!, { width, color });
    }
  }

  /** A pixel is covered as far as its middle lies within half the width of the segment. */
  #segment(a: Point, b: Point, { width, color }: { width: number; color: Color }): void {
    const reach = width / 2 + 1;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const lengthSquared = dx * dx + dy * dy;
    const top = Math.floor(Math.min(a[1], b[1]) - reach);
    const bottom = Math.ceil(Math.max(a[1], b[1]) + reach);
    for (let y = top; y <= bottom; y++) {
      // Of a slanting line only its neighborhood is looked at in each row.
      const along = (edge: number) =>
        dy === 0 ? Number(edge > 0) : Math.min(1, Math.max(0, (y + 0.5 + edge - a[1]) / dy));
      const ends = [a[0] + along(-reach) * dx, a[0] + along(reach) * dx];
      const left = Math.floor(Math.min(...ends) - reach);
      const right = Math.ceil(Math.max(...ends) + reach);
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5 - a[0], y + 0.5 - a[1]];
        const share = lengthSquared === 0 ? 0 : (px * dx + py * dy) / lengthSquared;
        const near = Math.min(1, Math.max(0, share));
        const distance = Math.sqrt((px - near * dx) ** 2 + (py - near * dy) ** 2);
        const part = Math.min(1, width / 2 + 0.5 - distance);
        if (part > 0) this.#mix(x, y, { color, part });
      }
    }
  }

  #mix(x: number, y: number, { color, part }: { color: Color; part: number }): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const before = this.bytes[at + channel]!;
      this.bytes[at + channel] = Math.round(before + (color[channel]! - before) * part);
    }
  }
}
