"""The command table of `finnami`; each command's module is imported only when it is used."""

import importlib
import importlib.util

import click

from app.core.logging import configure_logging

COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("app.cli.up", "up", "Start everything on this machine and keep it running."),
    "serve": ("app.cli.serve", "serve", "Run one role: api, worker or feed."),
    "db": ("app.cli.db", "db", "Show, migrate and check the database."),
    "receipt": ("app.cli.receipt", "receipt", "Verify a proof of a movement offline."),
    "demo": ("app.cli.demo", "demo", "Fill a sandbox with people and payments to look at."),
    "market": ("app.cli.market", "market", "Import prices and exchange rates."),
    "portfolio": ("app.cli.portfolio", "portfolio", "Import an account's history elsewhere."),
    "chat": ("app.cli.chat", "chat", "Judge the figures of stored answers."),
    "analytics": ("app.cli.analytics", "analytics", "Compute daily sums of a period again."),
    "reports": ("app.cli.reports", "reports", "Make a month's reports of every customer."),
    "export": ("app.cli.export", "export", "Write booked payments for the trainer."),
    "train": ("app.cli.train", "train", "Train a model and write it with its card."),
    "predict": ("app.cli.predict", "predict", "Score a file with a trained model."),
    "evaluate": ("app.cli.evaluate", "evaluate", "Measure a trained model on data."),
    "models": ("app.cli.models.desk", "models", "Show, register, promote fraud models."),
    "backtest": ("app.cli.backtest", "backtest", "Replay advice on past prices, with costs."),
    "replay": ("app.cli.replay", "replay", "Compute a stored decision or its features again."),
    "bench": ("app.cli.bench", "bench", "Measure speed, arms side by side."),
    "chaos": ("app.cli.chaos", "chaos", "Kill processes under load and check the books."),
    "openapi": ("app.cli.openapi", "openapi", "Print the API's OpenAPI document."),
}
"""Command name -> (module, attribute, one line of help)."""


class CommandTable(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands whose module is part of this installation, in table order."""
        return [name for name, row in COMMANDS.items() if importlib.util.find_spec(row[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module now; None when there is no such command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        # The table is literal and names our own modules only: nothing hides from the linter.
        loaded = importlib.import_module(module)  # noqa: TID251 - literal table
        command: click.Command = getattr(loaded, attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table from the rows above: `--help` must not import pandas."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.command(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="finnami")
def main() -> None:
    """FinNami: explained advice, judged payments, a ledger you can check yourself.

    Exit codes: 0 good, 1 a finding or a failed start, 2 wrong usage.
    """
    # Standard output belongs to the answer: `--json` prints one document and nothing else.
    configure_logging("WARNING")


if __name__ == "__main__":
    main()
