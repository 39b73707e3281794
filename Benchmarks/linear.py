"""Compression time and memory by context length: PIC with chunked context beside ICAE.

    python3 Benchmarks/linear.py .build/release/picbench

Writes a table and linear.svg. Each measurement is a process of its own, whose peak memory is its own.
"""
import argparse
import math
import pathlib
import statistics

from common import HERE, machine, number, picbench, table

METHODS = {"pic:contextScope=chunk": "PIC, chunked context", "icae": "ICAE"}
COLORS = {"pic:contextScope=chunk": "#0b6e99", "icae": "#c4572e"}


def plot(points, lengths):
    """Time a context token by length, both axes by powers of two."""
    width, height, left, top, right, bottom = 640, 360, 70, 40, 150, 50
    values = [v for series in points.values() for v in series.values()]
    low, high = math.floor(math.log2(min(values))), math.ceil(math.log2(max(values)))
    first, last = math.log2(lengths[0]), math.log2(lengths[-1])
    x = lambda n: left + (math.log2(n) - first) / (last - first) * (width - left - right)
    y = lambda v: top + (high - math.log2(v)) / (high - low) * (height - top - bottom)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12" fill="#333">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>',
             f'<text x="{left}" y="22" font-size="14">Compression, microseconds a context token</text>']
    for power in range(low, high + 1):
        at = y(2.0**power)
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{2.0**power:g}</text>')
    for n in lengths:
        parts.append(f'<text x="{x(n):.1f}" y="{height - bottom + 20}" text-anchor="middle">{n:,}</text>')
    parts.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 10}" text-anchor="middle">'
                 'context tokens</text>')
    for method, series in points.items():
        path = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in series.items())
        end = list(series.items())[-1]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[method]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(n):.1f}" cy="{y(v):.1f}" r="3.5" fill="{COLORS[method]}"/>'
                  for n, v in series.items()]
        parts.append(f'<text x="{x(end[0]) + 8:.1f}" y="{y(end[1]) + 4:.1f}" fill="{COLORS[method]}">'
                     f'{METHODS[method]}</text>')
    return "\n".join(parts + ["</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--model", default=str(HERE.parent / "Models" / "gazette-1m"))
    parser.add_argument("--lengths", nargs="*", type=int, default=[2048, 8192, 32768])
    parser.add_argument("--ratio", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", default=str(HERE / "linear.svg"))
    options = parser.parse_args()
    seconds = {(m, n): [] for n in options.lengths for m in METHODS}
    peak = {}
    for _ in range(options.rounds):
        for method, length in seconds:
            # Short ones more often, so that each takes about as long.
            repeats = max(1, options.lengths[-1] // length) if method != "icae" else 1
            result = picbench(options.executable, "compress", "--model", options.model, "--method", method,
                              "--ratio", options.ratio, "--context", length, "--threads", options.threads,
                              "--repeats", repeats)
            seconds[method, length] += result["seconds"]
            peak[method, length] = result["peakBytes"]
    time = {key: statistics.median(values) for key, values in seconds.items()}
    points = {m: {n: 1e6 * time[m, n] / n for n in options.lengths} for m in METHODS}
    pic, icae = METHODS
    rows = []
    for n in options.lengths:
        rows.append([f"{n:,}", number(1000 * time[pic, n]), f"{points[pic][n]:.2f}",
                     f"{points[pic][n] / points[pic][options.lengths[0]]:.2f}", f"{peak[pic, n] / n / 1024:.1f}",
                     f"{peak[pic, n] >> 20}", number(1000 * time[icae, n]), f"{points[icae][n]:.2f}",
                     f"{peak[icae, n] >> 20}", f"{time[icae, n] / time[pic, n]:.1f}"])
    first = f"{options.lengths[0]:,}"
    print(f"{machine()}; {options.threads} threads; {pathlib.Path(options.model).name} at {options.ratio}x\n")
    print(table(["context tokens", "PIC, ms", "µs a token", f"÷ at {first}", "peak, KiB a token", "peak, MiB",
                 "ICAE, ms", "µs a token", "peak, MiB", "ICAE ÷ PIC"], rows))
    pathlib.Path(options.plot).write_text(plot(points, options.lengths))


if __name__ == "__main__":
    main()
