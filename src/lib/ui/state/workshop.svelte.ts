import { createContext } from 'svelte';
import { resultName } from '#queue/filename.ts';
import { saveBlob, saveStream } from './save.ts';
import { Intake, type IntakeOutcome, type Source } from './intake.svelte.ts';
import { Library } from './library.svelte.ts';
import { ModelDesk } from './model-desk.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { currentRun, dropsOf, type Picture, type Tally, tallyOf } from './pictures.ts';
import { Removals } from './removals.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { images, sentenceOf } from './words.ts';

/** Refusals that are told one by one before the rest is only counted. */
const REFUSALS_SHOWN = 3;

/** Everything the page knows, and everything that can be done on it. What fails becomes a notice. */
export class Workshop {
  readonly library = new Library();
  readonly notices = new Notices();
  readonly settings = new Settings();
  readonly desk = new ModelDesk(this.library, this.settings, (action) => this.#attempt(action));
  readonly intake = new Intake(
    ({ file, name }, options) => this.library.submit(file, name, options),
    (outcome) => this.#tell(outcome),
  );
  readonly removals = new Removals((id) => this.library.remove(id), this.#problem.bind(this));

  readonly drops = $derived(
    dropsOf([...this.library.jobs.values()].filter((job) => !this.removals.hidden.has(job.id))),
  );
  readonly pictures = $derived(this.drops.flat());
  readonly done = $derived(this.pictures.filter((picture) => picture.state === 'completed'));
  readonly run = $derived(currentRun(this.drops));
  /** Of the run, what is still being added included. */
  readonly tally: Tally = $derived.by(() => {
    const run = tallyOf(this.run);
    const toCome = this.intake.total - this.intake.done;
    return { ...run, total: run.total + toCome, open: run.open + toCome };
  });
  /** 0 to 1, what is under work counted by its stages. */
  readonly fraction = $derived.by(() => {
    const { total, open } = this.tally;
    const under = this.run.map(({ key }) => this.library.progress.get(key)?.fraction ?? 0);
    return total === 0 ? 0 : (total - open + under.reduce((sum, part) => sum + part, 0)) / total;
  });
  /** Key of the picture in the large view. */
  viewing = $state<string>();
  packing = $state(false);

  async add(sources: readonly Source[]): Promise<void> {
    await this.intake.add(sources, {
      ...this.settings.options,
      ...(this.settings.model !== '' && { model: this.settings.model }),
    });
  }

  cancel(picture: Picture): Promise<void> {
    return this.#attempt(() => this.library.cancel(picture.jobId));
  }

  retry(picture: Picture): Promise<void> {
    return this.#attempt(() => this.library.retry(picture.jobId));
  }

  /** Stops adding, and cancels whatever is not finished. */
  async cancelAll(): Promise<void> {
    this.intake.stop();
    const open = this.pictures.filter(({ state }) => state === 'pending' || state === 'processing');
    await this.#attempt(async () => {
      for (const id of jobIdsOf(open)) await this.library.cancel(id);
    });
  }

  delete(pictures: readonly Picture[]): void {
    this.removals.hide(jobIdsOf(pictures));
  }

  download(picture: Picture): Promise<void> {
    return this.#attempt(async () => {
      const blob = await this.library.result(picture.jobId, picture.index);
      saveBlob(blob, resultName(picture.name, blob.type));
    });
  }

  async downloadAll(): Promise<void> {
    if (this.packing) return;
    this.packing = true;
    await this.#attempt(() =>
      saveStream(() => this.library.zip(jobIdsOf(this.done)), 'offcut.zip', 'application/zip'),
    );
    this.packing = false;
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      this.#problem(cause);
    }
  }

  #problem(cause: unknown): void {
    this.notices.warn(sentenceOf(cause));
  }

  #tell({ refused, abandoned }: IntakeOutcome): void {
    if (this.library.opening.state === 'failed') return; // The page says so already.
    for (const { name, reason } of refused.slice(0, REFUSALS_SHOWN)) {
      this.notices.warn(`${name} was not added. ${reason}`);
    }
    const rest = Math.max(0, refused.length - REFUSALS_SHOWN) + abandoned;
    if (rest > 0) this.notices.warn(`${images(rest)} more could not be added either.`);
  }
}

function jobIdsOf(pictures: readonly Picture[]): string[] {
  return [...new Set(pictures.map(({ jobId }) => jobId))];
}

export const [getWorkshop, setWorkshop] = createContext<Workshop>();
