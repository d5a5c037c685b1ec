import type {
  Cancellable,
  CutoutOptions,
  DeletedWire,
  HealthWire,
  Image,
  JobActionWire,
  JobListWire,
  JobWire,
  ListOptions,
  ModelsWire,
  OrderWire,
  PauseWire,
  ResultFile,
  StatsWire,
  SubmitOptions,
  SubmitWire,
} from './types.ts';

/** The REST contract of one Offcut host. Every method throws OffcutError, or the reason of its signal. */
export interface OffcutClient {
  /** Sends images. When it returns, they are stored and survive whatever happens to the server. */
  submit(images: Image | readonly Image[], options?: SubmitOptions): Promise<SubmitWire>;

  /** The job as it is now. @throws OffcutError `job_not_found` */
  job(id: string, options?: Cancellable): Promise<JobWire>;

  /**
   * The job's states, each different from the one before, until it is over. Survives broken connections and a
   * restart of the server. To leave the loop leaves the job alone.
   */
  watch(id: string, options?: Cancellable): AsyncGenerator<JobWire, void>;

  /** Waits until the job is over. One that failed or was cancelled is an answer too: look at its `status`. */
  wait(
    id: string,
    options?: Cancellable & {
      /** Called with each state that `watch` would give. */
      readonly onProgress?: ((job: JobWire) => void) | undefined;
    },
  ): Promise<JobWire>;

  /** One finished image of a job, counted from 0 (the default). @throws OffcutError `result_not_ready` */
  result(id: string, index?: number, options?: Cancellable): Promise<ResultFile>;

  /** The finished images of a job, one after another, each opened when the loop comes to it. */
  results(id: string, options?: Cancellable): AsyncGenerator<ResultFile & { readonly index: number }, void>;

  /** All finished images of a job as one zip, streamed. @throws OffcutError `result_not_ready` */
  zip(id: string, options?: Cancellable): Promise<ResultFile>;

  /** @throws OffcutError `job_over` when there is nothing left to cancel */
  cancel(id: string, options?: Cancellable): Promise<JobActionWire>;

  /** Queues again what failed or was cancelled. @throws OffcutError `job_not_retryable` */
  retry(id: string, options?: Cancellable): Promise<JobActionWire>;

  /** Deletes the job, its images and its results. */
  remove(id: string, options?: Cancellable): Promise<DeletedWire>;

  /** One page of jobs, the newest first. */
  list(options?: ListOptions): Promise<JobListWire>;

  stats(options?: Cancellable): Promise<StatsWire>;

  /**
   * Nothing that waits is begun before `resume`, not after a restart either; this concerns everybody's jobs.
   * @throws OffcutError `operator_only` with a key that is no operator's
   */
  pause(options?: Cancellable): Promise<PauseWire>;

  /** @throws OffcutError `operator_only` with a key that is no operator's */
  resume(options?: Cancellable): Promise<PauseWire>;

  /**
   * Has these jobs take their turns in this order; all others keep theirs. Ids of no job are left out of the answer.
   * @throws OffcutError `order_invalid` for none, too many, or the same one twice
   */
  order(ids: readonly string[], options?: Cancellable): Promise<OrderWire>;

  models(options?: Cancellable): Promise<ModelsWire>;
  health(options?: Cancellable): Promise<HealthWire>;

  /** One image, without a job to look after: goes before queued ones, and waits for its result. */
  removeBackground(image: Image, options?: CutoutOptions & Cancellable): Promise<ResultFile>;
}
