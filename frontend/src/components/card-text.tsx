// A model card on the page; cards are written in English.
import { MarkdownView } from "@/components/markdown-view";
import ui from "@/components/ui.module.css";

export function CardText({ markdown }: { markdown: string }) {
  return (
    <div className={ui.stack} lang="en" dir="ltr">
      <MarkdownView markdown={markdown} />
    </div>
  );
}
