import type { ApiAnswer, ApiHost, ApiRequest } from '../contract/api.ts';
import { TestServer } from '../support/server.ts';

/** The Node server, asked over HTTP. */
export async function openServerHost(): Promise<ApiHost> {
  return hostOf(await TestServer.start());
}

/** It ends with its host. */
export function hostOf(server: TestServer): ApiHost {
  return {
    call: (request) => callServer(server, request),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function callServer(server: TestServer, request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, headers = {} } = request;
  const body = bodyOf(request);
  const response = await server.fetch(path, { method, headers, ...(body !== undefined && { body }) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes };
}

function bodyOf({ form, text }: ApiRequest): FormData | string | undefined {
  if (form === undefined) return text;
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields ?? {})) data.append(name, value);
  for (const { field, filename, type, bytes } of form.files) {
    data.append(field, new Blob([new Uint8Array(bytes)], { type }), filename);
  }
  return data;
}
