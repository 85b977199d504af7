"use client";
// A slider and its typed twin: both are the same value, each can be used without the other.
import { Input } from "antd";
import { useId } from "react";

import ui from "@/components/ui.module.css";
import style from "@/features/goals/components/goals.module.css";

type Props = {
  label: string;
  sliderLabel: string;
  value: string;
  type?: "text" | "date";
  suffix?: string;
  min?: string;
  problem: string | null;
  hint?: string;
  onType: (typed: string) => void;
  slider: { at: number; from: number; to: number; text: string; onMove: (at: number) => void };
};

export function SliderField({ label, sliderLabel, value, type = "text", suffix, min, problem, hint, onType, slider }: Props) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className={style.field}>
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type={type}
        dir="ltr"
        value={value}
        min={min}
        suffix={suffix}
        inputMode={type === "text" ? "decimal" : undefined}
        autoComplete="off"
        status={problem === null ? undefined : "error"}
        aria-invalid={problem !== null}
        aria-describedby={about}
        onChange={(event) => onType(event.target.value)}
      />
      <input
        type="range"
        className={style.slider}
        aria-label={sliderLabel}
        aria-valuetext={slider.text}
        min={slider.from}
        max={slider.to}
        step={1}
        value={slider.at}
        onChange={(event) => slider.onMove(Number(event.target.value))}
      />
      <p id={about} className={problem === null ? ui.faint : `${ui.faint} ${ui.negative}`} role={problem === null ? undefined : "alert"}>
        {problem ?? hint}
      </p>
    </div>
  );
}
