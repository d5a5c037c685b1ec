import { ClientQueue, type Submission } from '#queue/client-queue.ts';
import type { StoredJob } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import type { Admit } from '#queue/store.ts';

/** Counts the images of a submission, and throws what refuses them. */
export type Charge = (images: number) => Promise<void>;

/** The queue of a client whose images are counted, whichever route they come by. */
export class MeteredQueue extends ClientQueue {
  readonly #queue: Queue;
  readonly #charge: Charge;

  constructor(queue: Queue, tenant: string, admit: Admit, charge: Charge) {
    super(queue, tenant, admit);
    this.#queue = queue;
    this.#charge = charge;
  }

  override async submit(submission: Submission): Promise<{ stored: StoredJob; repeated: boolean }> {
    try {
      await this.#charge(submission.files.length);
    } catch (cause) {
      await this.#queue.blobs.removeJob(submission.jobId);
      throw cause;
    }
    return super.submit(submission);
  }
}
