"use client";
// The frame of every app screen: where one is, where one may go, language, light or dark, signing out.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { AskBanner } from "@/components/ask-banner";
import { FreezeBanner } from "@/components/freeze-banner";
import { LanguageSwitch } from "@/components/language-switch";
import { Logo } from "@/components/logo";
import shell from "@/components/shell.module.css";
import { signOut, useSeemsSignedIn, useSessionState } from "@/lib/auth/session";
import { Link, usePathname, useRouter } from "@/lib/i18n/routing";
import { meQuery } from "@/lib/me";
import { chooseScheme, useScheme } from "@/lib/scheme";
import { useOnline } from "@/lib/use-online";

const PLACES = [
  "dashboard", "portfolio", "performance", "goals", "recommendation", "rebalance", "transfers", "orders",
  "transactions", "reports", "chat",
] as const;
const STAFF_PLACES = [
  { role: "adviser", place: "advice-desk" },
  { role: "kyc_reviewer", place: "kyc-review" },
  { role: "fraud_analyst", place: "fraud" },
  { role: "fraud_analyst", place: "models" },
  { role: "data_scientist", place: "models" },
  { role: "admin", place: "models" },
  { role: "fraud_analyst", place: "analytics" },
  { role: "data_scientist", place: "analytics" },
  { role: "admin", place: "analytics" },
] as const;

/**
 * `dock` stands among the tools of whoever is signed in. The frame has its full height from the start, also while
 * the server is asked who is there: what is read below must not move.
 */
export function AppShell({ dock, children }: { dock: ReactNode; children: ReactNode }) {
  const t = useTranslations("shell");
  const online = useOnline();
  const signedIn = useSessionState() === "signed_in";
  const seems = useSeemsSignedIn();
  return (
    <div className={shell.frame}>
      <header className={shell.header}>
        <a className={shell.skip} href="#main">
          {t("skip")}
        </a>
        {!online && (
          <p className={shell.banner} role="status">
            {t("offline")}
          </p>
        )}
        <Bar dock={dock} />
        {signedIn && <AskBanner />}
      </header>
      <div role="status">
        {seems && <FreezeBanner signedIn={signedIn} />}
      </div>
      <main id="main">{children}</main>
      <footer className={shell.sandbox}>{t("sandbox")}</footer>
    </div>
  );
}

function Bar({ dock }: { dock: ReactNode }) {
  const t = useTranslations("shell");
  const signedIn = useSeemsSignedIn();
  const scheme = useScheme();
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <div className={shell.bar}>
      <Link href={signedIn ? "/app/dashboard" : "/"} aria-label={t("home")}>
        <Logo name={t("name")} />
      </Link>
      <div className={shell.tools}>
        {signedIn && dock}
        <button type="button" className={shell.tool} onClick={() => chooseScheme(other)}>
          {t(other)}
        </button>
        <LanguageSwitch />
        {signedIn ? <SignOut /> : <Link className={shell.tool} href="/app/login">{t("logIn")}</Link>}
      </div>
      {signedIn && <Places />}
    </div>
  );
}

function Places() {
  const t = useTranslations("shell.places");
  const path = usePathname();
  const me = useQuery({ ...meQuery, enabled: useSessionState() === "signed_in" }).data;
  const staff = STAFF_PLACES.filter(({ role }) => me?.roles.includes(role)).map(({ place }) => place);
  const places = [...PLACES, "settings/security", ...new Set(staff)];
  return (
    <nav className={shell.places} aria-label={t("label")}>
      <ul className={shell.nav}>
        {places.map((place) => (
          <li key={place}>
            <Link href={`/app/${place}`} aria-current={path === `/app/${place}` ? "page" : undefined} prefetch={false}>
              {t(place.replace("settings/", ""))}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SignOut() {
  const t = useTranslations("shell");
  const router = useRouter();
  const queries = useQueryClient();
  const leave = async () => {
    await signOut();
    queries.clear();
    router.push("/app/login");
  };
  return (
    <button type="button" className={shell.tool} onClick={() => void leave()}>
      {t("logOut")}
    </button>
  );
}
