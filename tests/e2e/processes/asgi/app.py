"""One of several processes that serve the document: their message queue is at ``QUEUE_URL``."""

import os
from pathlib import Path

import socketio

from asynction_core import AsynctionMiddleware

app = AsynctionMiddleware(
    spec_path=Path(__file__).parents[1] / "asyncapi.yml",
    client_manager=socketio.AsyncRedisManager(
        os.environ["QUEUE_URL"], channel=os.environ["QUEUE_CHANNEL"]
    ),
)
