"""`callcenter manual`: the manual's pages, or what they are about."""

from __future__ import annotations

from typing import Annotated

import typer

from callcenter.cli.speech import LangOption, spoken
from callcenter.manual import TOPICS, page, title

app = typer.Typer(add_completion=False)


@app.command("manual")
def show_manual(
    topic: Annotated[str | None, typer.Argument(help="What about; without one, the topics are listed.")] = None,
    lang: LangOption = "",
) -> None:
    """Print a page of the manual, or list its topics."""
    language = spoken(lang)
    if topic is not None:
        print(page(topic, language), end="")
        return
    width = max(map(len, TOPICS))
    print("\n".join(f"{name:<{width}}  {title(name, language)}" for name in TOPICS))
