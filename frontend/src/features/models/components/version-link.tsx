// A version by its name, leading to its card.
import ui from "@/components/ui.module.css";
import { Link } from "@/lib/i18n/routing";

export function VersionLink({ version, testId }: { version: string; testId?: string }) {
  return (
    <Link href={`/app/models?version=${encodeURIComponent(version)}`} prefetch={false} data-testid={testId}>
      <bdi className={ui.code} style={{ fontSize: "inherit" }}>
        {version}
      </bdi>
    </Link>
  );
}
