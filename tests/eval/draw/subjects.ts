/** What is cut out. A subject draws itself into the picture and may cast a shadow on the background. */
import { castShadow } from './backdrops.ts';
import type { Random } from './random.ts';
import { Sheet } from './sheet.ts';

/** The page that a subject draws on. `unit` is a hundredth of the shorter side, in pixels. */
export class Page {
  readonly subject: Sheet;
  readonly background: Sheet;
  readonly random: Random;
  readonly width: number;
  readonly height: number;
  readonly unit: number;
  /** Width of an edge in focus, pixels. */
  readonly soft: number;

  constructor(background: Sheet, random: Random, soft = 1.4) {
    this.background = background;
    this.random = random;
    this.width = background.width;
    this.height = background.height;
    this.unit = Math.min(this.width, this.height) / 100;
    this.subject = new Sheet(this.width, this.height);
    this.soft = soft;
  }

  shadow(x: number, y: number, rx: number, ry: number, strength?: number): void {
    castShadow(this.background, [x, y], rx, ry, strength);
  }
}

export type Subject = (page: Page) => void;
