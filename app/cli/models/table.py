"""Model nouns under a verb (`finnami train fraud`), each imported only when it is used."""

import importlib
import importlib.util

import click

MODELS: dict[str, tuple[str, str]] = {
    "fraud": ("app.cli.models.fraud", "Payments: probability, anomaly, reasons."),
    "volatility": ("app.cli.models.volatility", "Yearly volatility of each asset sleeve."),
    "intents": ("app.cli.models.intents", "What a message asks for, its language, how sure."),
    "encoder": ("app.cli.models.encoder", "The sentence encoder that intents are read with."),
    "slots": ("app.cli.models.slots", "The parts of a message: figures, dates, names."),
    "risk": ("app.cli.models.risk", "Risk tolerance, from survey answers."),
    "chat": ("app.cli.models.chat", "The adviser: questions answered rightly, by language."),
}
"""Noun -> (module, one line of help); the module names its commands after the verbs."""


class ModelTable(click.Group):
    """Knows the models of this installation without importing what trains them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the models that are part of this installation."""
        return [noun for noun, row in MODELS.items() if importlib.util.find_spec(row[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the model's module now; None when it has no such command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        # The table is literal and names our own modules only: nothing hides from the linter.
        module = importlib.import_module(MODELS[cmd_name][0])  # noqa: TID251 - literal table
        command: click.Command | None = getattr(module, str(self.name), None)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing a model."""
        with formatter.section("Models"):
            formatter.write_dl([(noun, MODELS[noun][1]) for noun in self.list_commands(ctx)])
