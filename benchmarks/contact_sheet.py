"""Make docs/contact_sheet.png: every kind of output of a pack on one picture, as people see it.

    python benchmarks/contact_sheet.py build/conference docs/contact_sheet.png

Needs chromium, libreoffice (writer, impress, calc), poppler-utils and the fonts of Liberation 2. Slides, Word
and the workbook go through LibreOffice to PDF to PNG; the page, at the whole and at an area, and the index go
through a headless browser, at 1280 and 390 pixels.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

WIDTH, GAP, HIGH = 1500, 12, 1800
COLOURS = 96
BROWSER = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def main(pack: Path, out: Path) -> None:
    """Draw the sheet of the pack in a folder."""
    needed = ("chromium", "soffice", "pdftoppm")
    absent = [name for name in needed if shutil.which(name) is None]
    if absent:
        sys.exit(f"contact_sheet needs {', '.join(absent)}; install them and run it again")
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        areas = sorted(path for path in pack.glob("report_*.docx") if path.stem != "report_all")
        one = code_of(areas[0], pack)
        rows = [
            (6, pages(pack / "slides.pptx", room, 60, range(1, 13))),
            (8, [page for report in (pack / "report_all.docx", areas[0])
                 for page in pages(report, room, 50, (1, 2, 3, 4))]),
            (2, [screen(pack / "page.html", room, 1280, HIGH, area) for area in ("all", one)]),
            (4, [*(screen(pack / "page.html", room, 390, HIGH, area) for area in ("all", one)),
                 screen(pack / "index.html", room, 1280, HIGH, "")]),
            (3, pages(pack / "tables.xlsx", room, 60, (1, 2, 3))),
            (4, [Image.open(path) for path in sorted((pack / "charts").glob("*.png"))]),
        ]  # fmt: skip
        sheet(rows).quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


def pages(path: Path, room: Path, dpi: int, wanted: Sequence[int]) -> list[Image.Image]:
    """Return pages of an office file, as LibreOffice prints them."""
    convert = ["soffice", "--headless", f"-env:UserInstallation={(room / 'office').as_uri()}"]
    run([*convert, "--convert-to", "pdf", "--outdir", room, path])
    run(["pdftoppm", "-r", dpi, "-png", room / f"{path.stem}.pdf", room / path.stem])
    made = sorted(room.glob(f"{path.stem}-*.png"))
    return [Image.open(made[number - 1]) for number in wanted if number <= len(made)]


def screen(path: Path, room: Path, width: int, height: int, area: str) -> Image.Image:
    """Return a page as a browser shows it, with an area chosen; narrow ones in a frame of that width."""
    address = path.resolve().as_uri() + (f"#area={area}" if area else "")
    shot = room / f"{path.stem}_{width}_{area}.png"
    if width < 500:  # a browser's window is never that narrow, a frame is
        frame = room / "frame.html"
        frame.write_text(
            f'<body style="margin:0"><iframe src="{address}" '
            f'style="border:0;width:{width}px;height:{height}px"></iframe></body>',
            encoding="utf-8",
        )
        address = frame.as_uri()
    window = f"--window-size={max(width, 500)},{height}"
    profile = f"--user-data-dir={room / 'browser'}"
    run([*BROWSER, profile, f"--screenshot={shot}", window, address])
    return Image.open(shot).crop((0, 0, width, height))


def code_of(report: Path, pack: Path) -> str:
    """Return the code of the area that a report is of, from the pack's page."""
    import json
    import re

    from docx import Document

    data = re.search(r'id="data">(.*?)</script>', (pack / "page.html").read_text(encoding="utf-8"), re.DOTALL)
    said = "\n".join(paragraph.text for paragraph in Document(str(report)).paragraphs[:12])
    named = json.loads(data[1])["areas"] if data else []
    return next((str(area["code"]) for area in named if area["name"] in said), "all")


def sheet(rows: Sequence[tuple[int, Sequence[Image.Image]]]) -> Image.Image:
    """Return the pictures in rows of at most so many, those of a row equally high."""
    placed: list[tuple[Image.Image, int, int]] = []
    top = GAP
    for most, pictures in rows:
        for start in range(0, len(pictures), most):
            row = pictures[start : start + most]
            shapes = [one.width / one.height for one in row]
            high = round((WIDTH - GAP * (len(row) + 1)) / sum(shapes))
            left = GAP
            for picture, shape in zip(row, shapes, strict=True):
                wide = round(high * shape)
                scaled = picture.convert("RGB").resize((wide, high), Image.Resampling.LANCZOS)
                placed.append((scaled, left, top))
                left += wide + GAP
            top += high + GAP
    made = Image.new("RGB", (WIDTH, top), "#d9d9d9")
    for picture, left, upper in placed:
        made.paste(picture, (left, upper))
    return made


def run(command: Sequence[object]) -> None:
    """Run a command, and stop where it fails."""
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
