/** Draws the application icons at build time: finder corners around a link, on label orange. */

import { deflateSync, crc32 } from "node:zlib";

import type { Plugin } from "vite";

type Colour = readonly [number, number, number];

const ORANGE: Colour = [255, 150, 0];
const INK: Colour = [16, 36, 47];
const SAMPLES = 3;

/** Distance to the edge of a rounded box; negative inside. All lengths in icon widths. */
function roundedBox(x: number, y: number, cx: number, cy: number, half: number, radius: number) {
  const dx = Math.abs(x - cx) - half + radius;
  const dy = Math.abs(y - cy) - half + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

function finder(x: number, y: number, cx: number, cy: number): boolean {
  const ring = Math.abs(roundedBox(x, y, cx, cy, 0.105, 0.035)) < 0.019;
  return ring || roundedBox(x, y, cx, cy, 0.047, 0.014) < 0;
}

/** A tick made of two thick strokes: the fourth corner says "proven". */
function tick(x: number, y: number): boolean {
  return stroke(x, y, 0.545, 0.64, 0.61, 0.71) || stroke(x, y, 0.61, 0.71, 0.745, 0.545);
}

function stroke(x: number, y: number, ax: number, ay: number, bx: number, by: number): boolean {
  const [vx, vy] = [bx - ax, by - ay];
  const along = ((x - ax) * vx + (y - ay) * vy) / (vx * vx + vy * vy);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * vx, y - ay - t * vy) < 0.032;
}

function colourAt(x: number, y: number): Colour {
  const inked =
    finder(x, y, 0.36, 0.36) || finder(x, y, 0.64, 0.36) || finder(x, y, 0.36, 0.64) || tick(x, y);
  return inked ? INK : ORANGE;
}

function alphaAt(x: number, y: number, maskable: boolean): number {
  return maskable || roundedBox(x, y, 0.5, 0.5, 0.5, 0.2) < 0 ? 255 : 0;
}

function pixel(px: number, py: number, size: number, maskable: boolean): number[] {
  const sum = [0, 0, 0, 0];
  // The platform crops a maskable icon to its middle 80 %; others may fill their square.
  const zoom = maskable ? 1 : 0.78;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const x = (px + ((i % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (py + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / size;
    const colour = colourAt(0.5 + (x - 0.5) * zoom, 0.5 + (y - 0.5) * zoom);
    const alpha = alphaAt(x, y, maskable);
    [...colour, alpha].forEach((value, channel) => (sum[channel]! += value));
  }
  return sum.map((value) => Math.round(value / SAMPLES ** 2));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** PNG (ISO/IEC 15948), 8-bit RGBA, one filter-0 row after another. */
export function drawIcon(size: number, maskable: boolean): Buffer {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      rows.set(pixel(x, y, size, maskable), y * (size * 4 + 1) + 1 + x * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 9 });
  const end = Buffer.alloc(0);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", end)]);
}

export function icons(): Plugin {
  const wanted = [
    { fileName: "icons/192.png", size: 192, maskable: false },
    { fileName: "icons/512.png", size: 512, maskable: false },
    { fileName: "icons/maskable-512.png", size: 512, maskable: true },
  ];
  return {
    name: "draw-icons",
    apply: "build",
    generateBundle() {
      for (const { fileName, size, maskable } of wanted) {
        this.emitFile({ type: "asset", fileName, source: drawIcon(size, maskable) });
      }
    },
  };
}
