"""``python -m benchmarks``: measure, print a table, write it as JSON, and a chart beside it."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    docs,
    flask_door,
    loading,
    mocking,
    report,
    sampling,
    security,
    speed,
    throughput,
    validation,
)
from benchmarks.rows import Plan, Row

BENCHMARKS: dict[str, Callable[[Plan], list[Row]]] = {
    "validation": validation.measure,
    "security": security.measure,
    "throughput": throughput.measure,
    "speed": speed.measure,
    "flask": flask_door.measure,
    "loading": loading.measure,
    "docs": docs.measure,
    "sampling": sampling.measure,
    "mock": mocking.measure,
}
"""What can be measured, in the order of the table."""

_RESULTS = Path("benchmarks/results/latest.json")
_ROUNDS = 7


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a run of seconds, to see it works")
    parser.add_argument("--only", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, default=_RESULTS, metavar="FILE", help="%(default)s")
    parser.add_argument("--rounds", type=_positive, metavar="N", help=f"{_ROUNDS}, or 1 if quick")
    parser.add_argument(
        "--original", action="store_true", help="compare with asynction 0.8.3, which is installed"
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main() -> None:
    """Run what the command line asks for."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = Plan(
        rounds=options.rounds or (1 if options.quick else _ROUNDS),
        quick=options.quick,
        say=_say,
        original=options.original,
    )
    chosen = [options.only] if options.only else list(BENCHMARKS)
    rows = [row for name in chosen for row in BENCHMARKS[name](plan)]
    print(report.table(rows))
    print(f"\n{report.verdicts(rows)}")
    report.write_json(options.json, rows, plan.rounds, plan.quick)
    report.write_chart(options.json.with_suffix(".svg"), speed.bars(rows))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
