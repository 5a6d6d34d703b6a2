"""Errors that a user can do something about."""


class CoachError(Exception):
    """Its text is one clear sentence for the user: what is wrong and what to do. The command line exits non-zero."""
