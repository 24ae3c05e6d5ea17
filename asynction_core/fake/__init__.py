"""Fake data: a schema becomes a function that returns values, quickly, all of them valid.

A schema is read to a shape (``reading.py``): what it and all that it refers to ask for together.
The shape becomes a cell, whose draw makes values (``compiler.py``, ``objects.py``, ``arrays.py``,
``numbers.py``, ``strings.py``). What a shape does not say precisely is checked with the compiled
validator, and drawn again; where that fails too often, Hypothesis fills a pool (``pools.py``).
"""

from asynction_core.fake.data import FakeData, Sampler, compile_sampler

__all__ = ["FakeData", "Sampler", "compile_sampler"]
