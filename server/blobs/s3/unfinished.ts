import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';

export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Milliseconds since the epoch. */
  readonly initiatedAt: number;
}

/** Multipart uploads under a prefix that were begun and neither completed nor aborted; the SDK has no paginator for them. */
export async function* unfinishedUploads(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<UnfinishedUpload, void, undefined> {
  let from: { KeyMarker: string | undefined; UploadIdMarker: string | undefined } | undefined;
  do {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
    );
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
      yield { key: Key, uploadId: UploadId, initiatedAt: Initiated?.getTime() ?? Date.now() };
    }
    from =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
  } while (from !== undefined);
}
