"""A mock server on Flask, as the documentation of the original starts one."""

import os

from flask import Flask

from asynction import MockAsynctionSocketIO

flask_app = Flask(__name__)

mock_asio = MockAsynctionSocketIO.from_spec(
    spec_path=os.environ["SPEC"],
    app=flask_app,
    seed=os.environ.get("SEED"),
    async_mode="threading",
)

if __name__ == "__main__":
    mock_asio.run(
        app=flask_app,
        port=int(os.environ["PORT"]),
        subscription_task_interval=0.05,
        max_worker_number=2,
    )
