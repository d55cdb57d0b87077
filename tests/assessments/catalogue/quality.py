"""The quality gate over standards: what a loader cannot tell, because it is about what texts say.

Every check takes loaded standards and returns what it found, as "slug ref: what is wrong"; nothing found is good.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from math import ceil
from typing import Any

from assessments.catalogue.facts import HEADLINES, NULLABLE_FACTS
from assessments.catalogue.loader.profile import figures
from assessments.catalogue.schema import RequirementNode, StandardDocument

TOO_ALIKE = 0.9
SHORTEST_COMPARED = 20
SHARED_SHINGLES = 0.4
"""Two texts that are over 90 % alike by characters have all but a fifth of their words in common, wherever the others
stand; each of those breaks two pairs of neighbours, which leaves three in five. Two in five are asked for."""

# Loose on purpose: they catch a stub or a sermon, while the writer decides within them.
WORDS: Mapping[str, tuple[int, int]] = {
    "summary": (15, 90),
    "short summary": (5, 60),
    "question": (6, 50),
    "evidence": (2, 45),
    "level": (4, 45),
    "answer": (20, 170),
}
LONGEST_HEADLINE = 16
_PLACEHOLDER = re.compile(
    r"(?i)\b(tbd|tbc|todo|fixme|xxx|lorem ipsum|to be (?:added|written|completed)|placeholder)\b"
    r"|^(?:n/?a|none|unknown|not stated|-+|\?+|\.\.\.|…)\.?$"
)


def shingles(text: str) -> frozenset[tuple[str, str]]:
    """The pairs of neighbouring words, with marks at both ends."""
    words = ["", *text.split(), ""]
    return frozenset(itertools.pairwise(words))


def too_alike(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of keys whose texts are over 90 % alike by characters, in order.

    1. Plain words in lower case; what is shorter than 20 characters is not compared.
    2. Candidates share two in five of their pairs of neighbouring words. Sets that do have one in common among the
       rarest three in five of each, so only texts that meet under one of those are looked at.
    3. SequenceMatcher decides, after its own cheap upper bounds.
    """
    plain = {key: re.sub(r"\W+", " ", text.lower()).strip() for key, text in texts.items()}
    sets = {key: shingles(text) for key, text in plain.items() if len(text) >= SHORTEST_COMPARED}
    spread = Counter(shingle for found in sets.values() for shingle in found)
    under: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    pairs: set[tuple[str, str]] = set()
    for key, found in sets.items():
        rarest = sorted(found, key=lambda shingle: (spread[shingle], shingle))
        head = rarest[: len(found) - ceil(SHARED_SHINGLES * len(found)) + 1]
        for other in {other for shingle in head for other in under[shingle]}:
            enough = SHARED_SHINGLES * max(len(found), len(sets[other]))
            if len(found & sets[other]) >= enough and _are_alike(plain[key], plain[other]):
                pairs.add((other, key))
        for shingle in head:
            under[shingle].append(key)
    return sorted(pairs)


def _are_alike(text: str, other: str) -> bool:
    """In either order: which of two texts comes first can change what SequenceMatcher finds."""
    here, back = (SequenceMatcher(None, *pair, autojunk=False) for pair in ((text, other), (other, text)))
    if here.real_quick_ratio() <= TOO_ALIKE or here.quick_ratio() <= TOO_ALIKE:
        return False
    return here.ratio() > TOO_ALIKE or back.ratio() > TOO_ALIKE


def texts_of(document: StandardDocument, kind: str) -> dict[str, str]:
    """Key → text of one kind, in the default language. Short summaries are those of headings and brief requirements."""
    if kind == "answer":
        return {entry["question"]: entry["answer"] for entry in document.faq["en"]}
    found = {}
    for node in document.requirements:
        text = document.texts["en"][node.ref]
        if kind in {"summary", "short summary"}:
            if (kind == "summary") is _is_long(node) and node.withdrawn is None:
                found[node.ref] = text.summary
        elif kind == "question" and text.question:
            found[node.ref] = text.question
        elif kind == "evidence":
            found |= {f"{node.ref} #{number}": item for number, item in enumerate(text.evidence, 1)}
        elif kind == "level":
            found |= {f"{node.ref} level {level}": words for level, words in text.levels.items()}
    return found


def _is_long(node: RequirementNode) -> bool:
    return node.assessable and not node.brief


def alike_within(document: StandardDocument, kind: str) -> list[str]:
    return [f"{document.slug} {a} and {b}: alike" for a, b in too_alike(texts_of(document, kind))]


def alike_across(documents: Iterable[StandardDocument], kind: str) -> list[str]:
    """Summaries of both lengths count as one kind here."""
    kinds = ("summary", "short summary") if kind == "summary" else (kind,)
    texts = {
        f"{document.slug} {ref}": text
        for document in documents
        for one in kinds
        for ref, text in texts_of(document, one).items()
    }
    return [f"{a} and {b}: alike" for a, b in too_alike(texts)]


def of_wrong_length(document: StandardDocument, kind: str) -> list[str]:
    low, high = WORDS[kind]
    counts = {key: len(text.split()) for key, text in texts_of(document, kind).items()}
    return [
        f"{document.slug} {key}: {kind} of {count} words, not {low} to {high}"
        for key, count in counts.items()
        if not low <= count <= high
    ]


def unfinished(document: StandardDocument) -> list[str]:
    """Texts that stand for one still to be written, anywhere in texts, prose, FAQ or facts.

    What is not known is left out, never filled in with a word for that.
    """
    texts = {ref: vars_of(text) for ref, text in document.texts.get("en", {}).items()}
    everything = {"facts": document.facts, "profile": document.prose["en"], "faq": document.faq["en"], **texts}
    empty_words = {("profile", "one_line")} if document.depth == "record" else set()
    return [
        f"{document.slug} {'.'.join(path)}: unfinished text {text!r}"
        for path, text in _leaves(everything)
        if path not in empty_words and ((not text.strip() and _must_say(path)) or _PLACEHOLDER.search(text))
    ]


def _must_say(path: tuple[str, ...]) -> bool:
    """Words of requirements may be left out where the loader lets them; facts and prose never."""
    return path[0] in {"facts", "profile", "faq"}


def vars_of(text: Any) -> dict[str, Any]:
    return {"title": text.title, "summary": text.summary, "question": text.question, "evidence": text.evidence} | {
        "levels": {str(level): words for level, words in text.levels.items()}
    }


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value, 1):
            yield from _leaves(item, (*path, str(index)))


def facts_amiss(document: StandardDocument) -> list[str]:
    """Facts that say nothing, that no source supports, or that contradict one another."""
    facts: Mapping[str, Any] = document.facts
    supported = {key for source in facts["sources"] for key in source["supports"]}
    found = [f"no source supports {key}" for key in figures(facts) if not {key, key.partition(".")[0]} & supported]
    found += [f"{key} is null" for key, value in facts.items() if value is None and key not in NULLABLE_FACTS]
    found += [f"{key} is empty" for key in ("sectors", "sources", "assurance") if key in facts and not facts[key]]
    if (penalties := facts.get("penalties")) and not penalties["statutory"]:
        amounts = [key for key in ("maximum_amount_eur", "maximum_percent_turnover") if penalties.get(key)]
        found += [f"penalties.{key} is no fine by law, yet penalties are not statutory" for key in amounts]
    if facts["certifiable"] != (facts["nature"] == "certifiable") and facts["nature"] in {"certifiable", "guidance"}:
        found.append(f"certifiable {facts['certifiable']} does not go with the nature {facts['nature']}")
    found += [
        f"{deadline['what']}: no time"
        for deadline in facts.get("reporting_deadlines_hours", ())
        if not deadline["hours"]
    ]
    return [f"{document.slug}: {what}" for what in found]


def themes_amiss(document: StandardDocument, *, known: Iterable[str]) -> list[str]:
    wrong = {node.ref: set(node.themes) - set(known) for node in document.requirements}
    return [f"{document.slug} {ref}: unknown themes {sorted(themes)}" for ref, themes in wrong.items() if themes]


def wordings_amiss(document: StandardDocument) -> list[str]:
    """Questions that ask nothing or follow the one pattern that asks nothing, summaries that are no sentence."""
    found = []
    for node in document.requirements:
        text = document.texts["en"][node.ref]
        if not node.assessable:
            continue
        if not text.summary.endswith("."):
            found.append(f"{node.ref}: the summary is no whole sentence")
        if text.question and not text.question.endswith(("?", ".")):  # "Show how …" asks as well
            found.append(f"{node.ref}: the question is no whole sentence")
        if re.match(r"(?i)is .{1,80} established\?$", text.question):
            found.append(f"{node.ref}: the question fits any requirement")
        if not node.brief and not 2 <= len(text.evidence) <= 4:
            found.append(f"{node.ref}: {len(text.evidence)} kinds of evidence, not 2 to 4")
    return [f"{document.slug} {what}" for what in found]


def headlines_amiss(document: StandardDocument) -> list[str]:
    prose: Mapping[str, Any] = document.prose["en"]
    counts = {key: len(prose[key]["short"].split()) for key in HEADLINES}
    return [
        f"{document.slug} {key}: {count} words do not fit a table cell"
        for key, count in counts.items()
        if count > LONGEST_HEADLINE
    ]


def phases_amiss(document: StandardDocument) -> list[str]:
    """The phases of implementation take, together, about as long as the profile says."""
    months: Any = document.facts.get("months")
    phases: Sequence[Any] = document.prose["en"]["implementation"]["phases"]
    low, high = (sum(phase["months"][end] for phase in phases) for end in (0, 1))
    if months is None or (low <= months["high"] and high >= months["low"]):
        return []
    return [f"{document.slug}: phases of {low:g} to {high:g} months, a profile of {months['low']} to {months['high']}"]
