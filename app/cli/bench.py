"""`finnami bench`: the table of benches; each is imported only when it runs."""

import importlib
import importlib.util

import click

from app.cli.launch.threads import keep_to_one_thread

AS_SERVED = frozenset({"understand", "chat-answer", "chat-stream", "chat-proxy"})
"""Benches of what the API does; they keep to one thread as it does, see `keep_to_one_thread`."""

BENCHES: dict[str, tuple[str, str, str]] = {
    "gate": ("app.cli.bench_gate", "gate", "Redis gate against redis-py."),
    "ledger": ("app.cli.bench_ledger", "ledger", "Transfers against bare transactions."),
    "queue": ("app.cli.bench_queue", "queue", "Outbox and queue against stock arq."),
    "score": ("app.cli.bench_score", "score", "Fraud scoring against the naive path."),
    "train": ("app.cli.bench_train", "train", "Memory of training out of core."),
    "recommend": ("app.cli.bench_recommend", "recommend", "Recommendations against naive ones."),
    "feed": ("app.cli.bench_feed", "feed", "A burst of ticks from socket to database."),
    "rollups": ("app.cli.bench_rollups", "rollups", "A report from rollups against raw sums."),
    "ground": ("app.cli.bench_ground", "ground", "Time of judging a sentence of an answer."),
    "understand": ("app.cli.bench_understand", "understand", "Understanding a message."),
    "chat-answer": ("app.cli.bench_chat_answer", "chat_answer", "An embedded answer over HTTP."),
    "chat-stream": ("app.cli.bench_chat_stream", "chat_stream", "A turn beside its engine alone."),
    "chat-proxy": ("app.cli.bench_chat_proxy", "chat_proxy", "A provider alone and through us."),
    "projection": ("app.cli.bench_projection", "projection", "The fan of a goal: time and truth."),
}
"""Bench name -> (module, attribute, one line of help)."""


class BenchTable(click.Group):
    """Knows the benches of this installation without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the benches that are part of this installation."""
        return [name for name, row in BENCHES.items() if importlib.util.find_spec(row[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the bench now; None when there is no such bench."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name in AS_SERVED:
            keep_to_one_thread()
        module, attribute, _ = BENCHES[cmd_name]
        # The table is literal and names our own modules only: nothing hides from the linter.
        command: click.Command = getattr(importlib.import_module(module), attribute)  # noqa: TID251 - literal table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing a bench."""
        with formatter.section("Benches"):
            formatter.write_dl([(name, BENCHES[name][2]) for name in self.list_commands(ctx)])


@click.command(cls=BenchTable)
def bench() -> None:
    """Measure speed: arms side by side in one run, bars on their ratios.

    Exit codes: 0 pass, 1 a bar missed, 2 usage or something missing, 3 invalid measurement.
    """
