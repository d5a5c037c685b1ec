import type { RoutesHost } from '#queue/routes/host.ts';
import type { FetchImage } from './fetch-image.ts';

/** What the routes for other services' clients need, beyond what the contract's own routes do. */
export interface CompatHost extends RoutesHost {
  readonly fetchImage: FetchImage;
}
