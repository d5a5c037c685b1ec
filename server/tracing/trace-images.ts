import type { Span } from '@opentelemetry/api';
import type { ProcessingItem } from '#queue/job.ts';
import type { RunnerEvents } from '#queue/runner.ts';
import { failSpan, jobContext, SpanKind, trace, tracer } from './spans.ts';

interface Traced {
  readonly image: Span;
  /** The stage that it is in. */
  stage: Span;
}

/** A span for each attempt at an image, in its job's trace, with one for each stage: lease, decode, …, encode, store. */
export function traceImages(): RunnerEvents {
  const traced = new Map<string, Traced>();
  const nameOf = ({ id, attempt }: ProcessingItem) => `${id}/${String(attempt)}`;

  function end(item: ProcessingItem, conclude: (image: Span) => void): void {
    const found = traced.get(nameOf(item));
    if (found === undefined) return;
    traced.delete(nameOf(item));
    found.stage.end();
    conclude(found.image);
    found.image.end();
  }

  return {
    leased(item, job) {
      const image = tracer().startSpan(
        'image',
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            'offcut.job': item.jobId,
            'offcut.item': item.id,
            'offcut.image': item.index,
            'offcut.attempt': item.attempt,
            'offcut.model': job.model,
          },
        },
        jobContext(item.jobId),
      );
      if (!image.isRecording()) return;
      // From the lease to the first stage the image's bytes are looked up and its model loaded.
      traced.set(nameOf(item), { image, stage: childOf(image, item, 'lease') });
    },
    stage(item, stage) {
      const found = traced.get(nameOf(item));
      if (found === undefined) return;
      found.stage.end();
      found.stage = childOf(found.image, item, stage);
    },
    completed(item) {
      end(item, () => undefined);
    },
    failed(item, failure, retryable, cause) {
      end(item, (image) => {
        image.setAttribute('offcut.retryable', retryable);
        failSpan(image, `${failure.code}: ${failure.message}`, cause);
      });
    },
    lost(item) {
      end(item, (image) => image.addEvent('dropped'));
    },
  };
}

function childOf(image: Span, item: ProcessingItem, stage: string): Span {
  return tracer().startSpan(stage, {}, trace.setSpan(jobContext(item.jobId), image));
}
