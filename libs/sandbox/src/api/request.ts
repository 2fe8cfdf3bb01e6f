/** A request to one cluster, however it came: by HTTP or by a call in the same process. */
export interface ApiRequest {
  readonly method: string
  /** Without the prefix of the cluster: `/api/v1/namespaces`. */
  readonly path: string
  /** What comes before the path in a URL; documents that name other paths put it in front. */
  readonly base?: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** Ends a watch. */
  readonly signal?: AbortSignal
}

export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The whole body, or the lines of a watch as they come. */
  readonly body: string | AsyncIterable<string>
}

export const BODY_BYTES_MAX: number = 3 * 1024 * 1024 // The API server's limit (MaxRequestBodyBytes).

export function jsonResponse(
  status: number,
  body: string,
  warnings?: readonly string[],
): ApiResponse {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  }
  if (warnings !== undefined && warnings.length > 0)
    headers['warning'] = warnings.map(warningText).join(', ')
  return { status, headers, body }
}

function warningText(message: string): string {
  return `299 - "${message.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`
}
