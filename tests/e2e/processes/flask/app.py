"""One of several processes that serve the document: their message queue is at ``QUEUE_URL``."""

import os
from pathlib import Path

from flask import Flask

from asynction_flask import AsynctionSocketIO

app = Flask(__name__)
app.secret_key = "a secret of the tests"
socketio = AsynctionSocketIO.from_spec(
    Path(__file__).parents[1] / "asyncapi.yml",
    app=app,
    async_mode="threading",
    message_queue=os.environ["QUEUE_URL"],
    channel=os.environ["QUEUE_CHANNEL"],
)

if __name__ == "__main__":
    socketio.run(app, port=int(os.environ["PORT"]), allow_unsafe_werkzeug=True)
