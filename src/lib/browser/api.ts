import type { Hono } from 'hono';
import type * as z from 'zod/mini';
import { ERROR_STATUS, QueueError, type QueueErrorCode } from '#queue/errors.ts';
import type { ReadForm } from '#queue/form.ts';
import type { SubmitOptions } from './submit-options.ts';
import { markForServer } from './sync/for-server.ts';
import { readParsedForm, readWholeForm } from '#queue/read-whole-form.ts';
import { appOf, type Routes } from '#queue/routes/app-of.ts';
import { jobRoutes } from '#queue/routes/jobs.ts';
import { lineRoutes } from '#queue/routes/line.ts';
import { submitRoutes } from '#queue/routes/submit.ts';
import {
  deletedWire,
  jobActionWire,
  orderWire,
  pauseWire,
  problemWire,
  submitWire,
  type JobActionWire,
  type ModelWire,
  type SubmitWire,
} from '#queue/wire.ts';

/**
 * The page's client of the contract. Its requests are answered by the app's routes in the page itself and never handed
 * to `fetch`: a service worker can be gone at any moment (a forced reload, cleared site data), and a fetch with nobody
 * to answer it goes to the network, with the image in it.
 */
export class ContractClient {
  readonly #app: Hono;

  constructor(app: Hono) {
    this.#app = app;
  }

  /** @param forServer the models of the server, when the job is to run there */
  submit(
    file: Blob,
    name: string,
    { place: _, ...options }: SubmitOptions,
    forServer?: readonly ModelWire[],
  ): Promise<SubmitWire> {
    const form = new FormData();
    form.append('images', file, name);
    for (const [option, value] of Object.entries(options)) {
      if (value instanceof Blob) form.append(option, value, option);
      else if (value !== undefined) form.append(option, String(value));
    }
    // The form goes beside it: as a body, the browser would begin to write it out, which takes a millisecond a photo.
    const request = requestTo('/queue/submit', FORM_AT_HAND);
    forms.set(request, form);
    if (forServer !== undefined) markForServer(request, forServer);
    return this.#ask(request, submitWire);
  }

  cancel(jobId: string): Promise<JobActionWire> {
    return this.#ask(requestTo(`/queue/job/${jobId}/cancel`, { method: 'POST' }), jobActionWire);
  }

  retry(jobId: string): Promise<JobActionWire> {
    return this.#ask(requestTo(`/queue/job/${jobId}/retry`, { method: 'POST' }), jobActionWire);
  }

  async remove(jobId: string): Promise<void> {
    await this.#ask(requestTo(`/queue/job/${jobId}`, { method: 'DELETE' }), deletedWire);
  }

  async pause(): Promise<void> {
    await this.#ask(requestTo('/queue/pause', { method: 'POST' }), pauseWire);
  }

  async resume(): Promise<void> {
    await this.#ask(requestTo('/queue/resume', { method: 'POST' }), pauseWire);
  }

  async order(jobIds: readonly string[]): Promise<void> {
    const body = JSON.stringify({ job_ids: jobIds });
    await this.#ask(requestTo('/queue/order', { method: 'POST', body }), orderWire);
  }

  async #ask<T>(request: Request, schema: z.ZodMiniType<T>): Promise<T> {
    const response = await this.#app.fetch(request);
    const answer: unknown = await response.json();
    if (!response.ok) throw toRefusal(answer);
    return schema.parse(answer);
  }
}

/** The routes that `ContractClient` asks for; the rest of the contract is the service worker's. */
export const pageApp: Routes = (host) => appOf(host, [submitRoutes, jobRoutes, lineRoutes]);

function requestTo(path: string, init: RequestInit): Request {
  return new Request(new URL(path, location.href), init);
}

const forms = new WeakMap<Request, FormData>();
/** The routes refuse a request without a body before they ask for its form. */
const FORM_AT_HAND: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'multipart/form-data' },
  body: 'The form is at hand.',
};

/** `ReadForm` of the page: the form is at hand, so its images are not written out and parsed again. */
export const readFormAtHand: ReadForm = (request, onFile, limits) => {
  const form = forms.get(request);
  return form === undefined ? readWholeForm(request, onFile, limits) : readParsedForm(form, onFile, limits);
};

/** A problem document as the refusal that it came from. */
function toRefusal(answer: unknown): QueueError {
  const problem = problemWire.safeParse(answer);
  if (!problem.success)
    return new QueueError('internal_error', 'The queue gave an answer that makes no sense.');
  const { type: _type, title: _title, status: _status, detail, code, ...fields } = problem.data;
  return new QueueError(isErrorCode(code) ? code : 'internal_error', detail, { fields });
}

function isErrorCode(code: string): code is QueueErrorCode {
  return Object.hasOwn(ERROR_STATUS, code);
}
