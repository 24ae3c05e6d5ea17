"""python-socketio's ``Server``, held to the document, with handlers of Flask-SocketIO."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import flask_socketio
import socketio
import socketio.exceptions

from asynction_core import drivers
from asynction_core.context import Connection, running
from asynction_core.drivers import Flow, run
from asynction_core.endpoint import Endpoint
from asynction_core.handlers import Call, why_not
from asynction_core.identity import Identity
from asynction_core.polling import queue_of_answers, take_body
from asynction_core.registration import RegisteredNamespace, Registration
from asynction_core.security import Decision
from asynction_flask.coroutines import finish
from asynction_flask.handlers import FlaskHandler, Handler
from asynction_flask.timers import Timers
from asynction_flask.workers import Workers


class Server(Endpoint, socketio.Server):
    """A ``socketio.Server`` that serves an AsyncAPI document and enforces it.

    :param door: the ``AsynctionSocketIO`` that it belongs to, which calls functions of the user's
        in the context of a request.
    """

    _on, _beside = "socketio.on", ""

    def __init__(self, registration: Registration, *, door: Any, **kwargs: Any) -> None:
        self._door = door
        super().__init__(registration, **kwargs)
        theirs = self.eio._async  # the library's, for all servers
        answers = queue_of_answers(theirs["queue"], theirs["queue_empty"])
        self.eio._async = {**theirs, "queue": answers}
        self._timers = Timers(self)
        self._run = self.start_background_task
        if self.async_mode == "threading":
            self._run = Workers(self.start_background_task).call

    def _register(self, namespace: RegisteredNamespace) -> None:
        handlers = {event.name: event.handler for event in namespace.received.values()}
        handlers |= {"connect": namespace.connect, "disconnect": namespace.disconnect}
        for event, function in handlers.items():
            if function is not None:
                super().on(event, self._wrap(function, event, namespace.name), namespace.name)
        if namespace.error is not None:
            self._door.exception_handlers.setdefault(namespace.name, namespace.error)

    def _wrap(self, function: Handler, event: str, namespace: str) -> FlaskHandler:
        return FlaskHandler(self._door._handle_event, function, event, namespace)

    def on(self, event: str, handler: Any = None, namespace: str | None = None) -> Any:
        """Register a handler that Flask-SocketIO has wrapped, as in ``socketio.Server``.

        :raises SpecException: the document has no such event, so it could never run.
        """
        function = getattr(handler, "__wrapped__", None)
        if function is not None:
            handler = self._wrap(function, event, namespace or "/")
        return super().on(event, handler, namespace)

    def register_namespace(self, namespace_handler: Any) -> None:
        """Register a class-based namespace, as in ``socketio.Server``.

        Its ``error`` is called where error handlers are: called by Flask-SocketIO, it would let in
        whom the connect handler refuses.

        :raises SpecException: the document has no such namespace, so it could never run.
        """
        super().register_namespace(namespace_handler)
        error = getattr(namespace_handler, "error", None)
        if error is None:
            self._door.error_methods.pop(namespace_handler.namespace, None)
        elif error is not _raise:  # else it was registered before, in another application
            self._door.error_methods[namespace_handler.namespace] = error
            namespace_handler.error = _raise

    def _find_handler(
        self, event: str, namespace: str, args: tuple[Any, ...]
    ) -> tuple[Handler | None, tuple[Any, ...]]:
        """Return the handler of *event* and its arguments, in python-socketio's order."""
        handler, found = self._get_event_handler(event, namespace, args)
        if handler is None:
            instance, found = self._get_namespace_handler(namespace, args)
            handler = self._method(instance, event)
        return handler, found

    def _method(self, instance: Any, event: str) -> Handler | None:
        dispatch = getattr(type(instance), "trigger_event", None)
        if dispatch not in (None, flask_socketio.Namespace.trigger_event):
            return partial(instance.trigger_event, event)
        method = getattr(instance, f"on_{event}", None)
        return None if method is None else self._wrap(method, event, instance.namespace)

    def _why_not(self, handler: Handler, arguments: tuple[Any, ...]) -> str | None:
        if isinstance(handler, FlaskHandler):
            return why_not(handler.function, handler.given(arguments))
        return None

    def _find_error_handler(self, connection: Connection, event: str) -> Handler | None:
        door, namespace = self._door, connection.namespace
        instance = self._get_namespace_handler(namespace, ())[0]
        method = door.error_methods.get(instance.namespace) if instance else None
        handler = door.exception_handlers.get(namespace, method or door.default_exception_handler)
        if handler is None:
            return None
        return lambda error: door.in_context(
            partial(handler, error), event, namespace, connection.sid
        )

    def get_environ(self, sid: str, namespace: str | None = None) -> Any:
        """Return the WSGI environment of a client, also of one that is not in yet, or has left."""
        found = super().get_environ(sid, namespace=namespace) or self.environ.get(sid)
        connection, _ = running.get((None, ""))
        if not found and connection is not None and connection.sid == sid:
            found = connection.environ or self._environ_elsewhere()
        return found

    def _environ_elsewhere(self) -> dict[str, Any]:
        """Return what stands for the request of a client that is connected to another process."""
        app = self._door.sockio_mw.flask_app
        return {**app.test_request_context().request.environ, "flask.app": app}

    def handle_request(self, environ: Any, start_response: Any) -> Any:
        """Handle a request to the Socket.IO endpoint; the first one checks the handlers."""
        if not self._started:
            self.check_handlers()
        if environ["REQUEST_METHOD"] == "POST":
            take_body(environ, self.eio.max_http_buffer_size, self._receive_body)
        return super().handle_request(environ, start_response)

    def emit(
        self,
        event: str,
        data: Any = None,
        to: Any = None,
        room: Any = None,
        skip_sid: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,
    ) -> None:
        """Emit an event, as in ``socketio.Server``, if the document allows it.

        Where its operation asks for security, only clients that meet it get the event.

        :raises PayloadValidationException: it does not; nothing is sent.
        :raises SecurityException: *to* is a client that may not have the event.
        """
        self._emitting(event, data, to or room, skip_sid, namespace, callback, ignore_queue)

    def call(
        self,
        event: str,
        data: Any = None,
        to: str | None = None,
        sid: str | None = None,
        namespace: str | None = None,
        timeout: float = 60,
        ignore_queue: bool = False,
    ) -> Any:
        """Emit an event and return its acknowledgement: its argument, or a tuple of several.

        :param timeout: how long to wait, in seconds.
        :raises PayloadValidationException: the document does not allow the event.
        :raises MessageAckValidationException: the document does not allow the acknowledgement.
        :raises socketio.exceptions.TimeoutError: there was none in time.
        """
        namespace, recipient = namespace or "/", to or sid
        check_ack = self._check_call(event, data, recipient, namespace)
        answered, replies = self.eio.create_event(), []

        def answer(*arguments: Any) -> None:
            replies.append(arguments)
            answered.set()

        super().emit(event, data, recipient, None, None, namespace, answer, ignore_queue)
        if not answered.wait(timeout=timeout):
            raise socketio.exceptions.TimeoutError
        arguments = replies[0]
        if check_ack is not None:
            check_ack(arguments)
        return arguments if len(arguments) > 1 else next(iter(arguments), None)

    def _receive_body(self, *request: Any) -> bytes:
        return run(self._receiving_body(*request))

    # the hooks that socketio.Server calls itself with

    def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        if not self._started:
            self.check_handlers()
        self._bound_answers(eio_sid, environ)
        super()._handle_eio_connect(eio_sid, environ)

    def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        run(self._reading(eio_sid, data))

    def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        run(self._closing(eio_sid, reason))

    def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        return run(self._triggering(event, namespace, *args))

    def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        if not self._waits(eio_sid, pkt):
            super()._send_packet(eio_sid, pkt)

    def _send_eio_packet(self, eio_sid: str, eio_pkt: Any) -> None:
        if not self._waits_encoded(eio_sid, eio_pkt):
            super()._send_eio_packet(eio_sid, eio_pkt)

    def _run_callback(self, *args: Any) -> None:
        run(self._calling_back(*args))

    def _start(self, flow: Flow[None]) -> None:
        self._run(run, flow)

    def _call_later(self, seconds: float, function: Callable[..., None], *args: Any) -> Any:
        return self._timers.call_later(seconds, function, *args)

    def _decide(self, decision: Decision, connection: Connection) -> Identity:
        return drivers.decide_now(decision, partial(self._call_within, connection))

    def _call_within(self, connection: Connection, call: Call) -> Any:
        """Return the result of *call*, made in the background to have an end in any case.

        :raises TimeoutError: it took longer than ``security_timeout``.
        """
        ended = self.eio.create_event()
        outcome: list[tuple[Any, Exception | None]] = []

        def work() -> None:
            try:
                outcome.append((self._call_in_context(connection, call), None))
            except Exception as error:
                outcome.append((None, error))
            finally:
                ended.set()

        self._run(work)
        if not ended.wait(timeout=self.security_timeout):
            raise TimeoutError
        result, error = outcome[0] if outcome else (None, RuntimeError("it was ended"))
        if error is not None:
            raise error
        return result

    def _call_in_context(self, connection: Connection, call: Call) -> Any:
        token = running.set((connection, "connect"))
        try:
            return self._door.in_context(
                partial(self._result_of, call), "connect", connection.namespace, connection.sid
            )
        finally:
            running.reset(token)

    def _result_of(self, call: Call) -> Any:
        result = call.function(*call.arguments, **call.keywords)
        if inspect.isawaitable(result):
            return finish(result, self.async_mode, self.security_timeout)
        return result


def _raise(error: Exception) -> None:
    raise error
