// The API's refusals (problem+json) as one error class every screen understands.

export type ProblemFields = Record<string, unknown>;

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
    readonly fields: ProblemFields = {},
  ) {
    super(detail);
  }
}

/** No answer came at all: offline, refused or cut off. */
export const NETWORK_CODE = "network";

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function secondsOf(response: Response, body: ProblemFields): number | null {
  const said = response.headers.get("Retry-After") ?? body.retry_after_s;
  const seconds = Number(said);
  return said !== null && said !== undefined && Number.isFinite(seconds) ? seconds : null;
}

/** Reads what came with a refusal; a body that is no problem+json still gives a usable error. */
export function problemOf(response: Response, body: unknown): ApiError {
  const fields = typeof body === "object" && body !== null ? (body as ProblemFields) : {};
  return new ApiError(
    textOf(fields.code) ?? `http_${response.status}`,
    response.status,
    textOf(fields.detail) ?? textOf(fields.title) ?? "",
    textOf(fields.request_id) ?? response.headers.get("X-Request-Id"),
    secondsOf(response, fields),
    fields,
  );
}
