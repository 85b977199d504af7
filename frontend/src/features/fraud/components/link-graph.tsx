"use client";
// Who hangs together over devices, networks, funding and payments: a drawing, and the same as tables.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { Ready } from "@/components/states";
import ui from "@/components/ui.module.css";
import { GraphDrawing } from "@/features/fraud/components/graph-drawing";
import { GraphTables } from "@/features/fraud/components/graph-tables";
import { drawingOf } from "@/features/fraud/model";
import { graphQuery } from "@/features/fraud/queries";

type View = "picture" | "table";

export function LinkGraphView({ id, currency }: { id: string; currency: string }) {
  const t = useTranslations("fraud.graph");
  const [view, setView] = useState<View>("picture");
  const query = useQuery(graphQuery(id));
  return (
    <Ready query={query} rows={8}>
      {(graph) => (
        <section className={ui.card} aria-labelledby="graph">
          <div className={`${ui.row} ${ui.spread}`}>
            <h2 id="graph">{t("title")}</h2>
            <Segmented<View>
              aria-label={t("view")}
              value={view}
              onChange={setView}
              options={[
                { value: "picture", label: t("picture") },
                { value: "table", label: t("table") },
              ]}
            />
          </div>
          {graph.edges.length === 0 && <p>{t("alone")}</p>}
          {graph.edges.length > 0 && view === "picture" && <GraphDrawing drawing={drawingOf(graph)} />}
          {graph.edges.length > 0 && view === "table" && <GraphTables graph={graph} currency={currency} />}
          {graph.truncated && <p className={`${ui.notice} ${ui.warning}`}>{t("truncated")}</p>}
          <p className={ui.faint}>{t("method")}</p>
        </section>
      )}
    </Ready>
  );
}
