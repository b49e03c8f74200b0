# SPDX-License-Identifier: Apache-2.0
"""Latency over entries as SVG, both axes logarithmic."""

import math
from xml.sax.saxutils import escape

from content import EDITS

WIDTH, HEIGHT = 860, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 330, 40, 60
COLOURS = ["#1b6ca8", "#d1495b", "#2e933c", "#8f4fb0", "#e08e1b", "#0f9d94", "#a0522d", "#4b5563"]
STYLE = ('font-family="sans-serif" font-size="12" fill="#1f2933"')
FLOORS = {"commit": "floor: durable SQLite commit", "empty": "floor: empty RPC"}


class Axes:
    """From sizes and milliseconds to places."""

    def __init__(self, sizes, values):
        self.sizes = (math.log10(min(sizes)), math.log10(max(sizes)))
        self.values = (math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))

    def x(self, size):
        low, high = self.sizes
        return LEFT + (math.log10(size) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = self.values
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (
            HEIGHT - TOP - BOTTOM)

    def text(self, x, y, words, anchor="start"):
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" {STYLE}>{escape(words)}</text>'

    def draw(self, sizes):
        for power in range(self.values[0], self.values[1] + 1):
            y = self.y(10 ** power)
            yield (f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
                   'stroke="#d5dae1"/>')
            yield self.text(LEFT - 8, y + 4, f"{10.0 ** power:g} ms", "end")
        for size in sizes:
            x = self.x(size)
            yield (f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" '
                   'stroke="#d5dae1"/>')
            yield self.text(x, HEIGHT - BOTTOM + 20, f"{size:,}", "middle")
        yield self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "entries of the phone book",
                        "middle")
        yield self.text(LEFT, TOP - 16, "Latency of an edit over SSH, p50")


def plot(results):
    """The picture, as text."""
    sizes = sorted(map(int, results["sizes"]))
    lines = {what: [results["sizes"][str(size)][name]["p50"] for size in sizes]
             for name, what in {**EDITS, **FLOORS}.items()}
    axes = Axes(sizes, [value for line in lines.values() for value in line])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'width="{WIDTH}" height="{HEIGHT}">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *axes.draw(sizes)]
    for i, (what, line) in enumerate(lines.items()):
        floor = what in FLOORS.values()
        colour = "#6b7280" if floor else COLOURS[i % len(COLOURS)]
        dash = ' stroke-dasharray="5 4"' if floor else ""
        points = " ".join(f"{axes.x(size):.1f},{axes.y(value):.1f}"
                          for size, value in zip(sizes, line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" '
                     f'stroke-width="2"{dash}/>')
        y = TOP + 14 + 22 * i
        x = WIDTH - RIGHT + 20
        parts.append(f'<line x1="{x}" y1="{y - 4}" x2="{x + 22}" y2="{y - 4}" stroke="{colour}" '
                     f'stroke-width="2"{dash}/>')
        parts.append(axes.text(x + 30, y, what))
    return "\n".join([*parts, "</svg>"]) + "\n"
