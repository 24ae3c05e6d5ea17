"""The chat under bare uvicorn: ``uvicorn --app-dir examples/chat app:app``.

``CHAT_SPEC=asyncapi-v3.yml`` serves the same API from its AsyncAPI 3 document.
"""

import os
from pathlib import Path

from asynction_core import AsynctionMiddleware

spec_path = Path(__file__).parent / os.environ.get("CHAT_SPEC", "asyncapi.yml")
app = AsynctionMiddleware(spec_path=spec_path)
