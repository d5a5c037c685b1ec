import { createContext } from 'svelte';
import { QueueError } from '#queue/errors.ts';
import type { State } from '#queue/states.ts';
import { t } from '../i18n/text.ts';
import { Install } from './install.svelte.ts';
import { allAtOnce } from './all-at-once.ts';
import { Intake, type IntakeOutcome, type Source } from './intake.svelte.ts';
import { Library } from './library.svelte.ts';
import { ModelDesk } from './model-desk.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { canMoveTo, currentRun, dropsOf, type Picture, type Tally, tallyOf } from './pictures.ts';
import { secondsLeft } from './pace.ts';
import { Removals } from './removals.svelte.ts';
import { Saving } from './saving.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { Shortcuts } from './shortcuts.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { View } from './view.svelte.ts';
import { orderWith, type Place, placeBeside, waitingJobs } from './waiting-order.ts';
import { sentenceOf } from './words.ts';

/** Refusals that are told one by one before the rest is only counted. */
const REFUSALS_SHOWN = 3;

/** Everything the page knows, and everything that can be done on it. What fails becomes a notice. */
export class Workshop {
  readonly library = new Library((jobIds) => this.removals.forget(jobIds));
  readonly notices = new Notices();
  readonly settings = new Settings();
  readonly shortcuts = new Shortcuts();
  readonly install = new Install();
  readonly desk = new ModelDesk(this.library, this.settings, (action) => this.#attempt(action));
  readonly intake = new Intake({
    submit: ({ file, name }, options) => this.library.submit(file, name, options),
    makeWay: () => this.library.makeWay(),
    onIdle: (outcome) => this.#tell(outcome),
  });
  readonly saving = new Saving(this.library, this.notices, (action) => this.#attempt(action));
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
  readonly view = new View(() => this.pictures);
  readonly selection = new Selection(() => this.view.shown);
  /** Seconds that the rest of the run takes, by a guess; undefined while there is none to make. */
  readonly secondsLeft = $derived.by(() => {
    const under = this.run.map(({ key }) => this.library.progress.get(key)?.fraction ?? 0);
    const rest = this.tally.open - under.reduce((sum, part) => sum + part, 0);
    return secondsLeft(this.library.jobs.values(), rest);
  });
  /** Key of the picture in the large view. */
  viewing = $state<string>();
  /** What screen readers are to say of what was just done, where nothing else tells it. */
  said = $state('');
  /** Address in the dialog for links, empty or not; undefined while it is closed. */
  link = $state<string>();
  /** What lies over the page, of what is loaded only then. */
  dialog = $state<'storage' | 'shortcuts' | 'server'>();
  /** A newer version takes over once nothing is under work. */
  updateWhenDone = $state(false);

  async add(sources: readonly Source[]): Promise<void> {
    await this.intake.add(sources, {
      ...this.settings.options,
      ...(this.settings.model !== '' && { model: this.settings.model }),
    });
  }

  /** Cancels those of them that are not over. */
  cancel(pictures: readonly Picture[]): Promise<void> {
    const open = jobIdsOf(pictures.filter(({ state }) => isOpen(state)));
    return this.#attempt(() => allAtOnce(open, (id) => this.library.cancel(id).catch(unlessOvertaken)));
  }

  /** Queues those of them again that failed or were cancelled. */
  retry(pictures: readonly Picture[]): Promise<void> {
    const over = jobIdsOf(pictures.filter(({ state }) => isRetryable(state)));
    return this.#attempt(() => allAtOnce(over, (id) => this.library.retry(id).catch(unlessOvertaken)));
  }

  /** Begins nothing that waits, or goes on. */
  setPaused(paused: boolean): Promise<void> {
    return this.#attempt(() => this.library.setPaused(paused));
  }

  /** Moves what waits of these pictures to another place in line. */
  move(pictures: readonly Picture[], placeIn: (waiting: readonly string[]) => Place): Promise<void> {
    return this.#attempt(async () => {
      const waiting = waitingJobs(this.pictures);
      const moved = jobIdsOf(pictures);
      const order = orderWith(waiting, moved, placeIn(waiting));
      if (order.length === 0) return;
      await this.library.reorder(order);
      const now = waiting.toSpliced(
        waiting.findIndex((id) => order.includes(id)),
        order.length,
        ...order,
      );
      const place = now.findIndex((id) => moved.includes(id)) + 1;
      this.said = t('page.moved', { place, total: now.length });
    });
  }

  /** One step, or all the way. */
  moveBy(pictures: readonly Picture[], direction: 'earlier' | 'later', all = false): Promise<void> {
    const ids = jobIdsOf(pictures);
    return this.move(pictures, (waiting) => placeBeside(waiting, ids, direction, all));
  }

  /** Has those of them that wait run on this device, or on the server. */
  runOn(place: 'device' | 'server', pictures: readonly Picture[]): Promise<void> {
    const waiting = jobIdsOf(pictures.filter((picture) => canMoveTo(place, picture)));
    return this.#attempt(() =>
      allAtOnce(waiting, (id) => this.library.runOn(place, id).catch(unlessOvertaken)),
    );
  }

  /** Has a result come that is too large to come by itself. */
  fetchResults({ jobId }: Picture): Promise<void> {
    return this.#attempt(() => this.library.fetchResults(jobId));
  }

  /** Stops adding, and cancels whatever is not finished. */
  async cancelAll(): Promise<void> {
    this.intake.stop();
    await this.cancel(this.pictures);
  }

  /** To make room: everything that is over. */
  deleteFinished(): void {
    const over = [...this.library.jobs.values()].filter(({ status }) => !isOpen(status));
    this.removals.hide(over.map(({ id }) => id));
  }

  delete(pictures: readonly Picture[]): void {
    this.removals.hide(jobIdsOf(pictures));
  }

  download(picture: Picture): Promise<void> {
    return this.saving.file(picture);
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
      this.notices.warn(t('page.not-added', { name, reason }));
    }
    const rest = Math.max(0, refused.length - REFUSALS_SHOWN) + abandoned;
    if (rest > 0) this.notices.warn(t('page.more-not-added', { count: rest }));
  }
}

/** Among many, one may be over, or deleted by another tab, before its turn comes: then there is nothing to do. */
function unlessOvertaken(cause: unknown): void {
  const overtaken: readonly string[] = ['job_over', 'job_not_retryable', 'job_not_found'];
  if (!(cause instanceof QueueError) || !overtaken.includes(cause.code)) throw cause;
}

function isRetryable(state: State): boolean {
  return state === 'failed' || state === 'cancelled';
}

function isOpen(state: State): boolean {
  return state === 'pending' || state === 'processing';
}

function jobIdsOf(pictures: readonly Picture[]): string[] {
  return [...new Set(pictures.map(({ jobId }) => jobId))];
}

export const [getWorkshop, setWorkshop] = createContext<Workshop>();
