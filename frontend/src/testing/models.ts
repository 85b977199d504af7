// A model desk with two versions and what the watch found, invented.
import type { Schemas } from "@/testing/server";

export const OLD = "2024-03-30-aaaa-s7";
export const NEW = "2024-06-30-bbbb-s7";
export const SCIENTIST = "0123456789abcdefgsci";
export const COLLEAGUE = "0123456789abcdefgadm";

export const me = (...roles: string[]): Schemas["Me"] => ({
  id: SCIENTIST, email: "scientist@demo.test", name: "Sunita Demo", locale: "en", roles, totp_enabled: true, recovery_codes_left: 8, created_at: "2026-11-01T00:00:00Z",
});

export const desk: Schemas["ModelDeskOut"] = {
  version: OLD, judging_here: OLD, previous: null, challenger: null, challenger_since: null, since: null, by: "", reason: "", revision: 0,
  versions: [
    { version: OLD, trusted_by: "pin", refusal: null, trained_until: "2024-03-30", average_precision: 0.8653324603079933 },
    { version: NEW, trusted_by: "signature", refusal: null, trained_until: "2024-06-30", average_precision: 0.9 },
    { version: "found-on-disk", trusted_by: null, refusal: "found-on-disk is neither shipped nor signed", trained_until: null, average_precision: null },
  ],
};

export const report: Schemas["ModelReportOut"] = {
  version: OLD, day: "2026-11-24", at: "2026-11-24T12:00:00Z", rows: 400, scored: 396, degraded: 4,
  outcomes: { approve: 380, step_up: 12, hold: 6, block: 2 }, mean_probability: 0.01234567,
  columns: [
    { name: "hour", psi: 0.05, ks: 0.02, default_share: 0.1 },
    { name: "amount", psi: 0.31415926, ks: 0.25, default_share: 0.015 },
    { name: "score", psi: 0.1, ks: 0.06, default_share: 0.01 },
  ],
  alerts: ["amount"], changes: 1,
  labelled: { rows: 900, frauds: 12, average_precision: 0.71234, auc: 0.95, recall_fpr_01: 0.75, brier: 0.0021, ece: 0.0008, cost: 1234.5, alerts: 0.05 },
};

export const monitor: Schemas["ModelMonitorOut"] = { reports: [report], comparison: null, rows_min: 200, psi_alert: 0.2 };

const measured = { average_precision: 0.8, auc: 0.97, recall_fpr_01: 0.8, brier: 0.002, ece: 0.001, cost: 900, alerts: 0.04 };

export const comparison: Schemas["ComparisonOut"] = {
  champion_version: OLD, challenger_version: NEW, since: "2026-11-04T12:00:00Z", until: "2026-11-24T12:00:00Z", at: "2026-11-24T12:00:00Z",
  rows: 9000, labelled: 8000, frauds: 60, labelled_days: 20, agreement: 0.991,
  champion: { ...measured, average_precision: 0.7, cost: 1000 }, challenger: measured,
  precision_gain: [0.02, 0.15], cost_saving: [20, 150], refusals: [],
};

export const change: Schemas["ModelChangeOut"] = {
  change_id: "01hzzzzzzzzzzzzzzzzzzzzzzc", action: "rollback", version: OLD, reason: "precision fell", asked_by: COLLEAGUE,
  asked_at: "2026-11-24T12:00:00Z", expires_at: "2126-11-25T12:00:00Z", state: "asked", decided_by: null, decided_at: null, mine: false,
};

export const model: Schemas["ModelOut"] = {
  version: NEW, trusted_by: "signature", refusal: null, trained_until: "2024-06-30", average_precision: 0.9,
  card: "# Fraud model\n\n**Bold** and <img src=x onerror=alert(1)>\n\n| measure | value |\n|---|---|\n| auc | 0.97 |\n",
  metrics: { rows: 14902, average_precision: 0.9, average_precision_90: [0.85, 0.94], unheard_of: 0.5 },
  thresholds: { step_up: 0.0089, block: 0.72872 }, costs: { chargeback_fee: 20, own_cost: 0.005 }, features: ["amount", "hour"],
  data_sha256: "6a506be5", sha256: "d93fdcac", libraries: { numpy: "2.4.6" },
};

export const oldModel: Schemas["ModelOut"] = {
  ...model, version: OLD, trusted_by: "pin", average_precision: 0.8653, metrics: { rows: 14000, average_precision: 0.8653, average_precision_90: [0.81, 0.92] },
};
