"""The tables that the READMEs carry, made from the code; `python -m tests.repo.readme_tables` writes them."""

from __future__ import annotations

from pathlib import Path

from callcenter.config import describe
from callcenter.exporter.table import METRICS
from callcenter.locale import Language

ROOT = Path(__file__).parents[2]


def settings() -> str:
    rows = [f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.doc} |" for s in describe()]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def metrics(language: Language) -> str:
    head = {"en": "| metric | type | labels | meaning |", "zh-CN": "| 指标 | 类型 | 标签 | 含义 |"}[language]
    rows = [f"| `{m.name}` | {m.kind.value} | {', '.join(m.labels)} | {m.said(language)} |" for m in METRICS]
    return "\n".join([head, "|---|---|---|---|", *rows])


def with_tables(text: str, language: Language) -> str:
    """Put the tables where the markers are."""
    made = {"settings": settings(), "metrics": metrics(language)}
    for name, table in made.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{begin}{table}\n{end}{after}" if end else text
    return text


READMES: dict[str, Language] = {"README.md": "en", "README.zh-CN.md": "zh-CN"}

if __name__ == "__main__":
    for name, language in READMES.items():
        path = ROOT / name
        path.write_text(with_tables(path.read_text("utf-8"), language), "utf-8")
