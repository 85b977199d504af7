"use client";
// Hides what she has from eyes nearby, on this device; percentages stay.
import { Switch } from "antd";
import { useTranslations } from "next-intl";
import { useId } from "react";

import ui from "@/components/ui.module.css";
import { chooseHidden, useHidden } from "@/lib/hide-amounts";

export function HideSwitch() {
  const t = useTranslations("hideAmounts");
  const hidden = useHidden();
  const id = useId();
  return (
    <div className={ui.row}>
      <Switch id={id} checked={hidden} onChange={chooseHidden} />
      <label htmlFor={id}>{t("switch")}</label>
    </div>
  );
}
