// Everything the screens of signing up and in ask of the API.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { unwrap } from "@/lib/api/unwrap";
import { setAccessToken } from "@/lib/auth/token";
import { meKey } from "@/lib/me";

type Schemas = components["schemas"];
export type LoginAnswer = Schemas["Tokens"] | Schemas["SecondFactor"];

export function useRegister() {
  return useMutation({
    mutationFn: (body: Schemas["RegisterRequest"]) => unwrap(api.POST("/v1/auth/register", { body })),
  });
}

export function useVerifyEmail() {
  return useMutation({
    mutationFn: (token: string) => unwrap(api.POST("/v1/auth/verify-email", { body: { token } })),
  });
}

export function useResend() {
  return useMutation({
    mutationFn: (email: string) => unwrap(api.POST("/v1/auth/resend", { body: { email } })),
  });
}

export function useForgot() {
  return useMutation({
    mutationFn: (email: string) => unwrap(api.POST("/v1/auth/password/forgot", { body: { email } })),
  });
}

export function useReset() {
  return useMutation({
    mutationFn: (body: Schemas["ResetRequest"]) => unwrap(api.POST("/v1/auth/password/reset", { body })),
  });
}

export const mailboxQuery = (email: string) =>
  queryOptions({
    queryKey: ["sandbox-mailbox", email],
    queryFn: ({ signal }) => unwrap(api.GET("/v1/sandbox/mailbox", { params: { query: { email } }, signal })),
    staleTime: 0,
  });

function keep(answer: LoginAnswer): LoginAnswer {
  if (answer.status === "signed_in") {
    setAccessToken({ value: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 });
  }
  return answer;
}

export function useLogIn() {
  return useMutation({
    mutationFn: async (body: { email: string; password: string }) =>
      keep(await unwrap<LoginAnswer>(api.POST("/v1/auth/login", { body }))),
  });
}

export function useSecondFactor() {
  return useMutation({
    mutationFn: async (body: { challenge: string; code: string }) => {
      // Six digits come from the app, anything else is a recovery code.
      const path = /^\d{6}$/.test(body.code) ? "/v1/auth/login/totp" : "/v1/auth/login/recovery";
      return keep(await unwrap(api.POST(path, { body })));
    },
  });
}

export function useBeginTotp() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/v1/me/totp/begin")) });
}

export function useConfirmTotp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => unwrap(api.POST("/v1/me/totp/confirm", { body: { code } })),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: meKey }),
        queries.invalidateQueries({ queryKey: ["onboarding"] }),
      ]);
    },
  });
}
