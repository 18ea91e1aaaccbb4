"""Passwords that are good enough: long, and not among the first that anybody would try."""

from __future__ import annotations

from zxcvbn import zxcvbn

from callcenter.errors import BadInput

LEAST_PASSWORD, MOST_PASSWORD = 12, 128
_TELLING = 4  # a shorter name stands in many a password by chance
_FEWEST_GUESSES = 1e9
_LOOKED_AT = 24
"""Characters that are looked at: what is weak so far is weak, and a look takes the longer the more there are."""
_HOUSE = ("callcenter", "kefu", "hotline", "asterisk", "zuoxi", "woaini", "huanying", "mima")


def require_strong(name: str, password: str) -> None:
    """Pass if a password is good enough for an account.

    Raises:
        BadInput: It is too short, too long, holds the account's own name, or is among the first that are tried.
    """
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise BadInput(f"a password has from {LEAST_PASSWORD} to {MOST_PASSWORD} characters")
    if len(name) >= _TELLING and name in password.lower():
        raise BadInput("a password does not contain the account's name")
    guesses = zxcvbn(password[:_LOOKED_AT], user_inputs=[name, *_HOUSE])["guesses"]
    if guesses < _FEWEST_GUESSES:
        raise BadInput("a password like this is among the first that are tried; take several words of your own")
