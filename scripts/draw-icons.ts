// Draws the icons of the installed dashboard (`node scripts/draw-icons.ts`); the files are committed.
// Tested by: test/browser/installed.test.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '#engine/charts/png.ts';
import { type Color, type Point, Raster } from '#engine/charts/raster.ts';

const folder = join(import.meta.dirname, '../web/public');
const GROUND: Color = [0x22, 0x57, 0x7a];
const MAST: Color = [0xff, 0xff, 0xff];
const LIGHT: Color = [0xff, 0xc8, 0x60];

/** The mast of favicon.svg, in its units of 32: both ends of each stroke. */
const STROKES: readonly (readonly Point[])[] = [
  [
    [16, 4],
    [16, 28],
  ],
  [
    [8, 12],
    [24, 12],
  ],
  [
    [11, 28],
    [21, 28],
  ],
];

/** `share`: how much of the side the 32 units take; a maskable icon keeps its picture within the middle 80 %. */
function draw(size: number, share: number): Buffer {
  const raster = new Raster({ width: size, height: size, color: GROUND });
  const unit = (size * share) / 32;
  const edge = (size * (1 - share)) / 2;
  const place = ([x, y]: Point): Point => [edge + x * unit, edge + y * unit];
  for (const stroke of STROKES) {
    raster.stroke(stroke.map(place), { width: 3 * unit, color: MAST });
  }
  raster.stroke([place([16, 7])], { width: 8 * unit, color: LIGHT });
  return encodePng(raster);
}

writeFileSync(join(folder, 'icon-192.png'), draw(192, 0.85));
writeFileSync(join(folder, 'icon-512.png'), draw(512, 0.85));
writeFileSync(join(folder, 'icon-maskable-512.png'), draw(512, 0.62));
