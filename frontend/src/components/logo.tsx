// The mark and the name: a wave that ends as a rising line.
export function Logo({ name }: { name: string }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: "0.55rem", fontWeight: 700, fontSize: "1.125rem" }}>
      <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" fill="var(--primary)" />
        <path
          d="M5 21c3.2 0 3.8-4.6 7-4.6s3.6 4 6.6 4c3.4 0 3.6-8.8 8.4-10.4"
          fill="none"
          stroke="var(--on-primary)"
          strokeWidth="2.6"
          strokeLinecap="round"
        />
      </svg>
      <span dir="ltr">{name}</span>
    </span>
  );
}
