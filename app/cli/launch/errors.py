"""Refusals of `finnami up`: each is one line for a person and an exit code."""


class LaunchError(Exception):
    """The supervisor cannot start or go on; the text is the whole message."""

    exit_code = 1


class LockedError(LaunchError):
    """Another run holds the data folder."""

    exit_code = 2
