interface Layout {
  readonly columns: number;
  /** That are in view. */
  readonly rows: number;
  readonly isRightToLeft: boolean;
}

/** How many cards a key moves the focus by; undefined for keys that do not. */
export function stepOf(key: string, { columns, rows, isRightToLeft }: Layout): number | undefined {
  const forward = isRightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return forward;
    case 'ArrowLeft':
      return -forward;
    case 'ArrowDown':
      return columns;
    case 'ArrowUp':
      return -columns;
    case 'PageDown':
      return columns * rows;
    case 'PageUp':
      return -columns * rows;
    case 'Home':
      return -Infinity;
    case 'End':
      return Infinity;
    default:
      return undefined;
  }
}
