"""What the demo prints at its end, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WIDTH = 108


def print_summary(facts: Mapping[str, Any], *, base_url: str, folder: Path) -> None:
    print("\nWhere the organisations stand (levels 0 to 5)")
    print(
        f"  {'organisation':18} {'standard':16} {'state':12}"
        f" {'asserted':>8} {'evidenced':>9} {'validated':>9} {'coverage':>8}"
    )
    for row in facts["assessments"]:
        scores = row["scores"]
        print(
            f"  {row['organisation']:18} {row['standard']:16} {row['state']:12} {_level(scores['asserted']):>8}"
            f" {_level(scores['evidenced']):>9} {_level(scores['validated']):>9} {row['coverage']:>8.0%}"
        )
    inherited = facts["inherited"]
    print(
        f"\nInherited: {inherited['offered']['full']} answers offered to a second site, {inherited['confirmed']}"
        f" confirmed; answered there {inherited['answered_before']} before, {inherited['answered']} after"
    )
    print("\nReports")
    for report in facts["reports"]:
        print(f"  {report['path']}  {report['pages']} pages, sha256 {report['sha256'][:16]}…")
    print(f"\nMails: {len(facts['mails'])} in {folder / 'mail'}; the weekly one is {facts['weekly_mail']['path']}")
    isolation = facts["isolation"]
    print(f"Isolation: {isolation['tried']} addresses tried from next door, {isolation['leaked']} leaked")
    print(f"Open: {base_url}/api/v1/docs/   {base_url}/account/login/")
    print(f"Read: {base_url}/compare/iso-13485-2016-vs-iso-56002-2019/   {base_url}/standards/")
    print(f"{facts['requests']} requests in {facts['seconds']} s\n", flush=True)


def _level(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.1f}"


def print_comparison(comparison: Mapping[str, Any]) -> None:
    first, second, verdict = comparison["a"], comparison["b"], comparison["verdict"]
    print("\n" + "=" * WIDTH)
    print(f"{first['number']} or {second['number']}")
    print("=" * WIDTH)
    for sentence in (verdict["a"], verdict["b"], verdict["most_telling"]):
        print(textwrap.fill(sentence, WIDTH))
    print(f"\n  {'':<28} {first['number']:<38} {second['number']}")
    for row in comparison["differences"]:
        if row["kind"] != "same":
            print(f"  {row['label']:<28} {_cell(row['a']):<38} {_cell(row['b'])}")


def _cell(value: Any) -> str:
    return textwrap.shorten(str(value), 36, placeholder=" …")
