import type { ModelShelf } from './model-shelf.ts';
import type { ModelState, Models, OwnModel } from './offcut.ts';
import { Observable, type Unsubscribe } from './observable.ts';
import { OnDemand } from './on-demand.ts';

/** The models of this device and of its server. What knows them is loaded when somebody looks at them. */
export class ModelsOnDemand implements Models {
  readonly #states = new Observable<readonly ModelState[]>([]);
  readonly #shelf = new OnDemand<ModelShelf>(async () => {
    const { ModelShelf } = await import('./model-shelf.ts');
    const shelf = new ModelShelf();
    shelf.observe((states) => {
      this.#states.set(states);
    });
    return shelf;
  });

  observe(listener: (models: readonly ModelState[]) => void): Unsubscribe {
    return this.#states.observe(listener);
  }

  async look(): Promise<void> {
    await this.#shelf.get();
  }

  async refresh(): Promise<void> {
    await (await this.#shelf.get()).refresh();
  }

  async download(id: string, signal: AbortSignal): Promise<void> {
    await (await this.#shelf.get()).download(id, signal);
  }

  async remove(id: string): Promise<void> {
    await (await this.#shelf.get()).remove(id);
  }

  async add(file: Blob, own: OwnModel): Promise<void> {
    await (await this.#shelf.get()).add(file, own);
  }

  close(): void {
    this.#shelf.close();
  }
}
