"""`finnami chat`: the adviser's own measures on stored answers."""

import click

from app.cli.chat_ground import ground


@click.group()
def chat() -> None:
    """Measure the adviser on stored answers. Needs no database and no network.

    Exit codes: 0 good, 2 a file that cannot be used.
    """


chat.add_command(ground)
