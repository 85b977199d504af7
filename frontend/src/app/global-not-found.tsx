import type { Metadata } from "next";

import "./globals.css";

export const metadata: Metadata = { title: "Page not found · FinNami", robots: { index: false } };

const box = { minHeight: "100dvh", display: "grid", placeContent: "center", gap: "1rem", padding: "2rem" };

export default function GlobalNotFound() {
  return (
    <html lang="en">
      <body>
        <main style={box}>
          <h1>This page does not exist</h1>
          <p>The address may be mistyped, or the page has moved. Your money and data are not affected.</p>
          <p lang="ar" dir="rtl">
            هذه الصفحة غير موجودة. أموالك وبياناتك لم تتأثر.
          </p>
          <p>
            <a href="/en">Home</a> · <a href="/ar" lang="ar">الصفحة الرئيسية</a>
          </p>
        </main>
      </body>
    </html>
  );
}
