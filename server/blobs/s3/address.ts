/** A bucket, and how to reach it: what `BLOBS=s3://bucket/prefix?region=…&endpoint=…&path-style=1` says. */
export interface S3Address {
  readonly bucket: string;
  /** Before every key: empty, or ends in a slash. */
  readonly prefix: string;
  /** Without one, the SDK's own chain decides: AWS_REGION, then the profile. */
  readonly region: string | undefined;
  /** Of a server that is not Amazon's, such as `http://127.0.0.1:9000`. */
  readonly endpoint: string | undefined;
  /** The bucket's name in the path in place of the host name, as most servers but Amazon's want it. */
  readonly pathStyle: boolean;
}

/** The bucket cannot be used. The message says why, and what to do. */
export class BucketError extends Error {
  override readonly name = 'BucketError';
}

const PARAMETERS = ['region', 'endpoint', 'path-style'];

/** @returns what the text says, or the end of a sentence that begins with the text: what is wrong with it. */
export function parseS3Address(text: string): S3Address | string {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 's3:') return 'is no address such as s3://bucket/prefix';
  if (url.username !== '' || url.password !== '') {
    return 'holds credentials, which would end in logs: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead';
  }
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return `names no bucket: "${bucket}"`;
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    return `has the parameter "${unknown}", which is none of: ${PARAMETERS.join(', ')}`;
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    return `has endpoint=${endpoint}, which is no address such as https://storage.example.com`;
  }
  const style = url.searchParams.get('path-style') ?? '0';
  if (style !== '0' && style !== '1') return `has path-style=${style}, which is neither 0 nor 1`;
  const folder = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket,
    prefix: folder === '' ? '' : `${folder}/`,
    region: url.searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1'),
    endpoint,
    pathStyle: style === '1',
  };
}
