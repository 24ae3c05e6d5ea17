"""A bar chart as SVG, with colours for light and for dark surroundings."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

_WIDTH, _LEFT, _RIGHT = 720, 240, 90
"""Of the chart, of the names at the left of the bars, and of the figures at their right."""

_TOP, _STEP, _BAR = 56, 36, 22

_STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .name { text-anchor: end }
    rect { fill: #8c959f }
    .ours { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      rect { fill: #6e7681 }
      .ours { fill: #58a6ff }
    }
"""


def chart(title: str, bars: Sequence[tuple[str, float]], unit: str, ours: str) -> str:
    """Return a chart of *bars*, names and figures; those that begin with *ours* stand out."""
    height = _TOP + _STEP * len(bars)
    longest = max(figure for _, figure in bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"',
        f'     width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        f"  <style>{_STYLE}  </style>",
        f'  <text id="title" class="title" x="16" y="28">{escape(title)}</text>',
    ]
    for number, (name, figure) in enumerate(bars):
        length = (_WIDTH - _LEFT - _RIGHT) * figure / longest
        kind = ' class="ours"' if name.startswith(ours) else ""
        lines += _bar(_TOP + _STEP * number, length, kind, name, f"{figure:.1f} {unit}")
    return "\n".join([*lines, "</svg>", ""])


def _bar(top: int, length: float, kind: str, name: str, figure: str) -> list[str]:
    base = top + _BAR - 6
    return [
        f'  <text class="name" x="{_LEFT - 10}" y="{base}">{escape(name)}</text>',
        f'  <rect{kind} x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="3"/>',
        f'  <text x="{_LEFT + length + 8:.1f}" y="{base}">{escape(figure)}</text>',
    ]
