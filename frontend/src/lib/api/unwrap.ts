// Turns an openapi-fetch answer into its data or an ApiError.
import { ApiError, NETWORK_CODE, problemOf } from "@/lib/api/problem";

type Answer<T> = { data?: T; error?: unknown; response: Response };

export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError(NETWORK_CODE, 0, cause instanceof Error ? cause.message : "");
  }
  if (!answer.response.ok) throw problemOf(answer.response, answer.error);
  return answer.data as T;
}
