"""The chat on Flask: ``flask --app examples/chat_flask/app run``.

It serves the document of ``examples/chat``, with handlers of its own. ``CHAT_SPEC=asyncapi-v3.yml``
serves the same API from its AsyncAPI 3 document.
"""

import os
import secrets
import sys
from pathlib import Path

from flask import Flask

from asynction import AsynctionSocketIO

here = Path(__file__).parent
sys.path.insert(0, str(here))  # for handlers

app = Flask(__name__)
app.secret_key = secrets.token_bytes()

spec_path = here.parent / "chat" / os.environ.get("CHAT_SPEC", "asyncapi.yml")
socketio = AsynctionSocketIO.from_spec(spec_path, app=app)

if __name__ == "__main__":
    socketio.run(app)
