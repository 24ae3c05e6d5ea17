"""Tokens for the notes: signed with the secret in ``NOTES_SECRET``.

``python examples/secured/tokens.py ann notes:read notes:write`` prints one for Ann.
"""

import argparse
import os
import time

import jwt

from asynction_core import SecurityInfo

SECRET = os.environ["NOTES_SECRET"]
"""At least 32 bytes."""


def token_info(token: str) -> SecurityInfo | None:
    """Return who *token* stands for, its scopes and its ``exp``; None where it is no good."""
    try:
        claims: SecurityInfo = jwt.decode(
            token, SECRET, algorithms=["HS256"], options={"require": ["sub", "scope", "exp"]}
        )
    except jwt.InvalidTokenError:
        return None
    return claims


def issue(user: str, scopes: list[str], seconds: float) -> str:
    """Return a token for *user* that is good for so many *seconds*."""
    claims = {"sub": user, "scope": " ".join(scopes), "exp": time.time() + seconds}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def main() -> None:
    """Print a token."""
    parser = argparse.ArgumentParser(description="Print a token for the notes.")
    parser.add_argument("user")
    parser.add_argument("scopes", nargs="*", metavar="scope", help="notes:read, notes:write")
    parser.add_argument("--seconds", type=float, default=3600.0, help="how long it is good for")
    given = parser.parse_args()
    print(issue(given.user, given.scopes, given.seconds))  # noqa: T201


if __name__ == "__main__":
    main()
