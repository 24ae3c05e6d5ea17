"""The chat on Flask: ``flask --app examples/chat_flask/app run``.

It serves the document and the page of ``examples/chat``, with handlers of its own.
``CHAT_SPEC=asyncapi-v3.yml`` serves the same API from its AsyncAPI 3 document.
"""

import os
import secrets
import sys
from pathlib import Path

from flask import Flask, Response

from asynction import AsynctionSocketIO

here = Path(__file__).parent
chat = here.parent / "chat"
policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
sys.path.insert(0, str(here))  # for handlers

app = Flask(__name__, static_folder=chat / "page", static_url_path="/page")
app.secret_key = secrets.token_bytes()


@app.get("/")
def index() -> Response:
    """Answer with the page, which may load nothing from elsewhere."""
    answer = app.send_static_file("index.html")
    answer.headers["Content-Security-Policy"] = policy
    return answer


spec_path = chat / os.environ.get("CHAT_SPEC", "asyncapi.yml")
socketio = AsynctionSocketIO.from_spec(spec_path, app=app)

if __name__ == "__main__":
    socketio.run(app)
