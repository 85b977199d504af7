"use client";
// Lets signed-in people through; others go to the log-in and come back to where they wanted to be.
import { useEffect } from "react";
import type { ReactNode } from "react";

import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/states";
import ui from "@/components/ui.module.css";
import { ApiError, NETWORK_CODE } from "@/lib/api/problem";
import { askSessionAgain, useSessionState } from "@/lib/auth/session";
import { usePathname, useRouter } from "@/lib/i18n/routing";

const UNREACHABLE = new ApiError(NETWORK_CODE, 0, "");

export function RequireSignIn({ children }: { children: ReactNode }) {
  const state = useSessionState();
  const router = useRouter();
  const path = usePathname();
  useEffect(() => {
    if (state !== "signed_out") return;
    const wanted = path + window.location.search;
    router.replace(`/app/login?return=${encodeURIComponent(wanted)}`);
  }, [state, path, router]);
  if (state === "signed_in") return children;
  return (
    <div className={ui.page}>
      {state === "unreachable" ? <ErrorState error={UNREACHABLE} onRetry={askSessionAgain} /> : <Loading />}
    </div>
  );
}
