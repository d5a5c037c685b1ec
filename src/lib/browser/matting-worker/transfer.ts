import { transferHandlers, type TransferHandler } from 'comlink';
import { MattingError, type MattingErrorCode } from '#matting/errors.ts';

/** An error as plain data. Comlink's own handler keeps message, name and stack only. */
type WireError =
  | { readonly kind: 'matting'; readonly code: MattingErrorCode; readonly parts: ErrorParts }
  | { readonly kind: 'error'; readonly name: string; readonly parts: ErrorParts }
  /** Something thrown that is no error. */
  | { readonly kind: 'value'; readonly text: string };

interface ErrorParts {
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: WireError | undefined;
}

/** Causes beyond this are dropped: a cycle of causes must not recurse for ever. */
const MAX_CAUSES = 8;

export function toWireError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) return { kind: 'value', text: String(thrown) };
  const { message, stack } = thrown;
  const hasCause = thrown.cause !== undefined && depth < MAX_CAUSES;
  const parts = { message, stack, cause: hasCause ? toWireError(thrown.cause, depth + 1) : undefined };
  return thrown instanceof MattingError
    ? { kind: 'matting', code: thrown.code, parts }
    : { kind: 'error', name: thrown.name, parts };
}

export function fromWireError(wire: WireError): unknown {
  switch (wire.kind) {
    case 'matting':
      return rebuilt(new MattingError(wire.code, wire.parts.message, causeOf(wire.parts)), wire.parts);
    case 'error': {
      const error = rebuilt(new Error(wire.parts.message, causeOf(wire.parts)), wire.parts);
      return Object.assign(error, { name: wire.name });
    }
    case 'value':
      return wire.text;
    default:
      return wire satisfies never;
  }
}

function causeOf({ cause }: ErrorParts): ErrorOptions {
  return cause === undefined ? {} : { cause: fromWireError(cause) };
}

/** The stack of where it was thrown says more than that of where it was read. */
function rebuilt<E extends Error>(error: E, { stack }: ErrorParts): E {
  if (stack !== undefined) error.stack = stack;
  return error;
}

/**
 * Makes Comlink carry errors whole: class, `code`, `retryable` and causes. Both ends must call it. Comlink marks what
 * was thrown with a symbol of its own, so its own handler is asked whether a value is a thrown one.
 */
export function carryErrorsWhole(): void {
  const original = transferHandlers.get('throw');
  if (original === undefined) throw new Error('Comlink no longer has a handler named "throw" to replace.');
  const handler: TransferHandler<{ value: unknown }, WireError> = {
    canHandle: (value): value is { value: unknown } => original.canHandle(value),
    serialize: ({ value }) => [toWireError(value), []],
    deserialize: (wire) => {
      throw fromWireError(wire);
    },
  };
  transferHandlers.set('throw', handler);
}
