import { QueueError } from '#queue/errors.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import type { Config } from '../config.ts';
import { webhookTarget } from './target.ts';

/**
 * Judges the `webhook_url` of a submission.
 * @throws (the answer does) QueueError `option_invalid`, or `option_unsupported` where nothing could sign it
 */
export function acceptWebhooks(
  config: Pick<Config, 'webhookSecret' | 'webhookPrivateHosts'>,
): (url: string, tenant: string) => void {
  return (value, tenant) => {
    if (tenant === LOCAL_TENANT && config.webhookSecret === undefined) {
      throw new QueueError(
        'option_unsupported',
        `webhook_url=${value} cannot be called: this server has no secret to sign webhooks with. Set OFFCUT_WEBHOOK_SECRET for it, or submit with an API key, which has one of its own.`,
        { fields: { option: 'webhook_url', value } },
      );
    }
    const target = webhookTarget(value, config.webhookPrivateHosts);
    if (target.kind === 'fit') return;
    throw new QueueError('option_invalid', `webhook_url=${value} cannot be called: ${target.why}.`, {
      fields: { option: 'webhook_url', value },
    });
  };
}
