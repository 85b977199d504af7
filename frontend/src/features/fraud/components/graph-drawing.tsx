"use client";
// The drawing: shapes and line styles tell kinds apart, an arrow points from payer to payee.
import { useTranslations } from "next-intl";

import look from "@/features/fraud/components/fraud.module.css";
import ui from "@/components/ui.module.css";
import { shortened } from "@/features/fraud/model";
import type { Drawing, Spot } from "@/features/fraud/model";

const R = 15;
const KINDS = ["user", "device", "network", "funding"] as const;
const SIGNS = { user: "●", device: "■", network: "◆", funding: "▲" } as const;

export function GraphDrawing({ drawing }: { drawing: Drawing }) {
  const t = useTranslations("fraud.graph");
  const { size, spots, ties, hidden } = drawing;
  const count = (kind: Spot["kind"]) => spots.filter((spot) => spot.kind === kind).length;
  const summary = t("summary", { accounts: count("user"), devices: count("device"), networks: count("network"), ties: ties.length });
  return (
    <>
      <svg viewBox={`0 0 ${size} ${size}`} className={look.graph} role="img" aria-label={summary}>
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M0 0 8 4 0 8z" className={look.head} />
          </marker>
        </defs>
        {ties.map((tie) => (
          <line
            key={`${tie.source} ${tie.target} ${tie.kind}`}
            {...shortened(tie, R + 3)}
            className={tie.kind === "paid" ? look.paid : look.shared}
            markerEnd={tie.kind === "paid" ? "url(#arrow)" : undefined}
          />
        ))}
        {spots.map((spot) => (
          <g key={spot.node_id} transform={`translate(${spot.x} ${spot.y})`}>
            <Mark spot={spot} />
            <text y={spot.kind === "funding" ? 4 : 0}>{spot.name}</text>
          </g>
        ))}
      </svg>
      <p>{summary}</p>
      <ul className={look.legend}>
        {KINDS.filter((kind) => count(kind) > 0).map((kind) => (
          <li key={kind}>
            <span aria-hidden="true">{SIGNS[kind]}</span> {t(`kinds.${kind}`)}
          </li>
        ))}
        <li>{t("legendFocus")}</li>
        <li>{t("legendPaid")}</li>
        <li>{t("legendShared")}</li>
      </ul>
      {hidden > 0 && <p className={ui.faint}>{t("hidden", { count: hidden })}</p>}
    </>
  );
}

function Mark({ spot }: { spot: Spot }) {
  const className = spot.focus ? look.focus : look.mark;
  if (spot.kind === "user") return <circle r={R} className={className} />;
  if (spot.kind === "device") return <rect x={-R + 2} y={-R + 2} width={2 * R - 4} height={2 * R - 4} className={className} />;
  if (spot.kind === "network") return <path d={`M0 ${-R - 2} ${R + 2} 0 0 ${R + 2} ${-R - 2} 0z`} className={className} />;
  return <path d={`M0 ${-R - 2} ${R + 2} ${R - 3} ${-R - 2} ${R - 3}z`} className={className} />;
}
