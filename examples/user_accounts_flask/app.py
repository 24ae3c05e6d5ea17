"""The example of the original asynction: ``flask --app examples/user_accounts_flask/app run``.

The Socket.IO endpoint is ``/ws``, the path of the server ``production``; the document is served as
``/docs/asyncapi.json``.
"""

import logging
import sys
from pathlib import Path

from flask import Flask

from asynction import AsynctionSocketIO

here = Path(__file__).parent
sys.path.insert(0, str(here))  # for my_api
logging.basicConfig(level=logging.INFO)

app = Flask(__name__)

asio = AsynctionSocketIO.from_spec(
    spec_path=here / "docs" / "asyncapi.yaml", server_name="production", app=app
)

if __name__ == "__main__":
    asio.run(app)
