"use client";
// A table as a file, made in the browser from the rows on the screen.
import { Button } from "antd";
import { useTranslations } from "next-intl";

import { csvOf } from "@/features/models/model";

type Props = { name: string; head: readonly string[]; rows: readonly (readonly (string | number | null)[])[] };

export function CsvButton({ name, head, rows }: Props) {
  const t = useTranslations("models");
  const save = () => {
    const address = URL.createObjectURL(new Blob([csvOf(head, rows)], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}.csv`;
    link.click();
    // Not at once: some browsers begin to read only after the click.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <Button size="small" onClick={save}>
      {t("csv")}
    </Button>
  );
}
