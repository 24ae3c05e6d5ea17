"""From a document to an application that runs: stubs, types, tests.

A plan says what there should be (``planning.py``): the inventory of what the document asks for
(``inventory.py``, ``targets.py``), types (``models.py``), examples (``examples.py``), and the code
that is made of them (``stubs.py``, ``checks.py``, ``application.py``). Nothing is written until the
plan meets a directory (``writing.py``), where existing modules get only what they lack
(``merging.py``).
"""

from asynction_core.scaffold.code import Plan
from asynction_core.scaffold.framework import Framework
from asynction_core.scaffold.planning import plan
from asynction_core.scaffold.writing import Outcome, ScaffoldException, write

__all__ = ["Framework", "Outcome", "Plan", "ScaffoldException", "plan", "write"]
