"""`callcenter manual`: the manual's pages, or what they are about."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from callcenter.cli.speech import LangOption, spoken
from callcenter.manual import TOPICS, page, title

app = typer.Typer(add_completion=False)


@app.command("manual")
def show_manual(
    topic: Annotated[str | None, typer.Argument(help="What about; without one, the topics are listed.")] = None,
    lang: LangOption = "",
) -> None:
    """Print a page of the manual, or list its topics; a page is Markdown where it does not go to a terminal."""
    language = spoken(lang)
    if topic is None:
        width = max(map(len, TOPICS))
        print("\n".join(f"{name:<{width}}  {title(name, language)}" for name in TOPICS))
    elif sys.stdout.isatty():
        Console().print(Markdown(page(topic, language)))
    else:
        print(page(topic, language), end="")
