"""The handlers that the document names."""

import logging
import os
from typing import Any

from flask import request
from flask_socketio import emit

logger = logging.getLogger(__name__)


def user_sign_up(data: dict[str, Any]) -> None:
    """Sign a user up, and tell the administrators."""
    logger.info("Signing up user...")
    emit("metrics", "signup", namespace="/admin", broadcast=True, callback=acknowledged)


def user_log_in(data: dict[str, Any]) -> bool:
    """Log a user in, and tell the administrators."""
    logger.info("Logging in user...")
    emit("metrics", "login", namespace="/admin", broadcast=True, callback=acknowledged)
    return True


def acknowledged(answer: str) -> None:
    """Hear what an administrator answers to a metric."""
    logger.info("Metric received: %s", answer)


def user_error(error: Exception) -> None:
    """Hear what went wrong in ``/user``."""
    logger.error("Error: %s", type(error).__name__)


def authenticated_connect() -> None:
    """Let administrators in who know the token in ``ADMIN_TOKEN``."""
    if request.args["token"] != os.environ.get("ADMIN_TOKEN", "let me in"):
        raise ConnectionRefusedError("That is not the token.")


def admin_error(error: Exception) -> None:
    """Hear what went wrong in ``/admin``."""
    logger.error("Admin error: %s", type(error).__name__)
