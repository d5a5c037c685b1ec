import type { Attachment } from 'svelte/attachments';
import type { Point } from './camera.ts';

export interface DrawnPoint extends Point {
  /** 0 to 1. */
  readonly pressure: number;
}

/** What the fingers, the mouse or the pen do on the stage. Places are CSS pixels of the stage. */
export interface GestureHandlers {
  /** One pointer is down: what moving it shall do. */
  begin: (at: Point) => 'pan' | 'draw' | 'split';
  pan: (by: Point) => void;
  split: (at: Point) => void;
  /** Two fingers, or a wheel. */
  zoom: (factor: number, at: Point) => void;
  draw: (points: readonly DrawnPoint[]) => void;
  /** `kept` is false when a second finger shows that drawing was not meant. */
  endDraw: (kept: boolean) => void;
  tap: (at: Point) => void;
  doubleTap: (at: Point) => void;
  /** Undefined when it has left. */
  hover: (at: Point | undefined) => void;
}

/** Movements up to this are a tap, CSS pixels; a second one within this time makes it a double tap, milliseconds. */
const TAP_SLOP = 6;
const DOUBLE_TAP = 320;
const DOUBLE_TAP_SLOP = 30;
/** A second finger within this time after the first means pinching: what was drawn is taken back, milliseconds. */
const SECOND_FINGER = 250;
/** Pixels of a wheel's line; https://developer.mozilla.org/docs/Web/API/WheelEvent/deltaMode */
const LINE = 16;
const WHEEL_SPEED = 0.0022;
/** A touchpad's pinch comes as a wheel with Control, and in smaller steps. */
const PINCH_SPEED = 0.011;

interface Finger extends Point {
  readonly startX: number;
  readonly startY: number;
}

export function gestures(handlers: () => GestureHandlers): Attachment<HTMLElement> {
  return (element) => {
    const recognizer = new Recognizer(element, handlers);
    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener('pointerdown', (event) => recognizer.down(event), { signal });
    element.addEventListener('pointermove', (event) => recognizer.move(event), { signal });
    element.addEventListener('pointerup', (event) => recognizer.up(event, true), { signal });
    element.addEventListener('pointercancel', (event) => recognizer.up(event, false), { signal });
    element.addEventListener('pointerleave', () => handlers().hover(undefined), { signal });
    element.addEventListener('wheel', (event) => recognizer.wheel(event), { signal, passive: false });
    return () => stop.abort();
  };
}

class Recognizer {
  readonly #element: HTMLElement;
  readonly #handlers: () => GestureHandlers;
  readonly #fingers = new Map<number, Finger>();
  #action: 'pan' | 'draw' | 'split' | 'pinch' | undefined;
  #downAt = 0;
  #moved = false;
  #lastTap: { at: Point; time: number } | undefined;

  constructor(element: HTMLElement, handlers: () => GestureHandlers) {
    this.#element = element;
    this.#handlers = handlers;
  }

  down(event: PointerEvent): void {
    if (event.button > 1) return;
    event.preventDefault();
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    const at = this.#place(event);
    this.#fingers.set(event.pointerId, { ...at, startX: at.x, startY: at.y });
    if (this.#fingers.size === 1) this.#beginOne(event, at);
    else if (this.#fingers.size === 2) this.#beginPinch(event);
  }

  #beginOne(event: PointerEvent, at: Point): void {
    this.#moved = false;
    this.#downAt = event.timeStamp;
    this.#action = event.button === 1 ? 'pan' : this.#handlers().begin(at);
    if (this.#action === 'draw') this.#handlers().draw([{ ...at, pressure: pressureOf(event) }]);
  }

  #beginPinch(event: PointerEvent): void {
    if (this.#action === 'draw') this.#handlers().endDraw(event.timeStamp - this.#downAt > SECOND_FINGER);
    this.#action = 'pinch';
    this.#moved = true;
  }

  move(event: PointerEvent): void {
    const at = this.#place(event);
    const finger = this.#fingers.get(event.pointerId);
    if (event.pointerType !== 'touch') this.#handlers().hover(at);
    if (finger === undefined) return;
    const far = Math.hypot(at.x - finger.startX, at.y - finger.startY) > TAP_SLOP;
    this.#moved ||= far;
    if (this.#action === 'pinch') this.#pinch(event.pointerId, finger, at);
    else if (this.#action === 'draw') this.#handlers().draw(this.#coalesced(event));
    else if (this.#moved) this.#moveOne(finger, at);
    this.#fingers.set(event.pointerId, { ...finger, ...at });
  }

  #moveOne(from: Finger, at: Point): void {
    if (this.#action === 'split') this.#handlers().split(at);
    else this.#handlers().pan({ x: at.x - from.x, y: at.y - from.y });
  }

  #pinch(id: number, from: Finger, at: Point): void {
    const other = [...this.#fingers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const before = Math.hypot(from.x - other.x, from.y - other.y);
    const after = Math.hypot(at.x - other.x, at.y - other.y);
    this.#handlers().pan({ x: (at.x - from.x) / 2, y: (at.y - from.y) / 2 });
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    if (before > 0) this.#handlers().zoom(after / before, middle);
  }

  up(event: PointerEvent, kept: boolean): void {
    if (!this.#fingers.delete(event.pointerId)) return;
    const action = this.#action;
    if (action === 'draw') this.#handlers().endDraw(true);
    else if (kept && !this.#moved && this.#fingers.size === 0) this.#tap(event);
    // The finger that stays after a pinch moves the picture on.
    this.#action = this.#fingers.size === 1 ? 'pan' : undefined;
  }

  #tap(event: PointerEvent): void {
    const at = this.#place(event);
    const last = this.#lastTap;
    const again =
      last !== undefined &&
      event.timeStamp - last.time < DOUBLE_TAP &&
      Math.hypot(at.x - last.at.x, at.y - last.at.y) < DOUBLE_TAP_SLOP;
    this.#lastTap = again ? undefined : { at, time: event.timeStamp };
    if (again) this.#handlers().doubleTap(at);
    else this.#handlers().tap(at);
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    if (event.shiftKey) {
      this.#handlers().pan({ x: -(event.deltaX || event.deltaY) * unit, y: 0 });
      return;
    }
    const speed = event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED;
    this.#handlers().zoom(Math.exp(-event.deltaY * unit * speed), this.#place(event));
  }

  /** All places between two frames, where the browser tells them. */
  #coalesced(event: PointerEvent): DrawnPoint[] {
    const events = event.getCoalescedEvents?.() ?? [];
    const all = events.length > 0 ? events : [event];
    return all.map((each) => ({ ...this.#place(each), pressure: pressureOf(each) }));
  }

  #place({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

/** Only a pen has a pressure that means something; the lightest touch still draws. */
function pressureOf({ pointerType, pressure }: PointerEvent): number {
  return pointerType === 'pen' && pressure > 0 ? 0.25 + 0.75 * pressure : 1;
}
