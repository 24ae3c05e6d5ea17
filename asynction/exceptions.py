"""The exceptions under the name that the original documents."""

from asynction import *  # noqa: F403
from asynction import __all__ as __all__
