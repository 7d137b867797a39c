"""The answers of ``data check`` and ``preflight`` in sentences: what is wrong, what it costs, why it cannot work."""

from html import escape
from typing import Any

from explorer.theme import Theme
from explorer.train.words import duration, kimg_number, number, size_text, square

NAMED = 3


def finding_lines(report: dict[str, Any], resolution: int) -> list[tuple[str, str]]:
    """Sentences and their colour tokens; what is wrong comes with what happens to it or what cures it."""
    count, usable = int(report.get("pictures", 0)), int(report.get("resolution", 0))
    lines = [
        (f"{number(count)} pictures, sharp enough for {square(usable)}.", "good" if usable >= resolution else "text")
    ]
    if 0 < usable < resolution:
        lines.append((f"The preset draws {square(resolution)}: most pictures would be enlarged. A smaller preset "
                      f"or larger pictures give sharper results.", "warning"))  # fmt: skip
    if count < 1000:
        lines.append(("So few pictures are soon learnt by heart; a thousand and more are better.", "warning"))
    unreadable, tiny = dict(report.get("unreadable") or {}), dict(report.get("tiny") or {})
    if unreadable:
        lines.append((f"{_are(len(unreadable))} unreadable and will be skipped: {_named(unreadable)}.", "warning"))
    if tiny:
        lines.append((f"{_are(len(tiny))} tiny and will be enlarged: {_named(tiny)}.", "warning"))
    if report.get("not_square"):
        lines.append((f"{_are(int(report['not_square']))} not square; the middle is used.", "muted"))
    for mode, names in dict(report.get("odd_modes") or {}).items():
        lines.append((f"{_are(len(names))} of mode {escape(str(mode))} and will be converted to RGB.", "muted"))
    identical, similar = list(report.get("identical") or []), list(report.get("similar") or [])
    if identical:
        lines.append((f"{len(identical)} times the same picture twice or more: {_named(identical[0])}.", "warning"))
    if similar:
        lines.append((f"{len(similar)} groups look nearly the same, such as {_named(similar[0])}.", "muted"))
    if report.get("attributes"):
        lines.append((f"Labels: {escape(', '.join(map(str, report['attributes'])))}.", "muted"))
    return lines


def _are(count: int) -> str:
    return "1 picture is" if count == 1 else f"{number(count)} pictures are"


def _named(names: Any) -> str:
    some = [escape(str(name)) for name in names]
    return ", ".join(some[:NAMED]) + (f" and {len(some) - NAMED} more" if len(some) > NAMED else "")


def cost_lines(answer: dict[str, Any], colours: Theme) -> str:
    """A table of the levels and the totals below it, as rich text."""
    muted, strong = colours.muted, colours.text
    rows = [f'<tr style="color:{muted}"><td>level</td><td>kimg</td><td>batch</td><td>img/s</td><td>time</td></tr>']
    for level in answer.get("levels") or []:
        cells = (
            square(int(level.get("resolution", 0))),
            kimg_number(float(level.get("kimg", 0))),
            str(level.get("batch", "")),
            f"{float(level.get('img_per_s') or 0):.0f}",
            duration(float(level.get("seconds") or 0)),
        )
        rows.append("<tr>" + "".join(f'<td style="padding-right:22px">{cell}</td>' for cell in cells) + "</tr>")
    totals = [
        f"<b>{duration(float(answer.get('seconds') or 0))}</b> in all",
        f"memory {size_text(float(answer.get('memory') or 0))}",
        f"disk {size_text(float(answer.get('disk') or 0))}",
    ]
    table = f'<table cellspacing="3">{"".join(rows)}</table>'
    return f'{table}<p style="color:{strong}">{" · ".join(totals)}</p>'


def why_it_cannot_fit(answer: dict[str, Any]) -> str:
    """Why the preset cannot run on this machine, in one sentence; empty where it can."""
    return ""
