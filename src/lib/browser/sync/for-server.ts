import type { ModelWire } from '#queue/wire.ts';

const MODELS = new WeakMap<Request, readonly ModelWire[]>();

/** From now on `request` submits a job for the server, which has these models. */
export function markForServer(request: Request, models: readonly ModelWire[]): void {
  MODELS.set(request, models);
}

/** The models of the server that the request's job is for; `undefined` when it is for this device. */
export function serverModelsFor(request: Request): readonly ModelWire[] | undefined {
  return MODELS.get(request);
}
