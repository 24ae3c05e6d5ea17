"""The mock server: a document, and nothing else, behaves as its API will."""

from asynction_core.mock.server import MockAsynctionServer

__all__ = ["MockAsynctionServer"]
