"""Holds the dashboards against Grafana's own types, by hand: `python -m tests.support.grafana_types`.

It needs Node: `@grafana/schema` and TypeScript come from npm into a folder that is thrown away. In a JSON file a value
of an enum is a plain text or number, so the types are taken with their enums opened. What the Prometheus plugin adds to
an annotation the schema leaves to it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "metrics" / "dashboards"
PACKAGES = ("typescript@5.6", "@grafana/schema@11.6.0")
COMPOSED = "dist/esm/raw/composable"
KINDS = {
    "stat": "stat/panelcfg/x/StatPanelCfg_types.gen",
    "table": "table/panelcfg/x/TablePanelCfg_types.gen",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
    "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen",
    "bargauge": "bargauge/panelcfg/x/BarGaugePanelCfg_types.gen",
}
_WITH_CUSTOM = {"timeseries", "state-timeline"}
_OPENED = """
type Plain<T> = T extends string ? `${T}` : T extends number ? (number extends T ? number : `${T}` extends
  `${infer N extends number}` ? N : T) : T extends Array<infer E> ? Array<Plain<E>> : T extends object
  ? { [K in keyof T]: Plain<T[K]> } : T;
"""


def sources(folder: Path) -> list[str]:
    """Write one TypeScript file a dashboard, and return their names."""
    names = []
    for number, path in enumerate(sorted(FOLDER.rglob("*.json"))):
        page = json.loads(path.read_text("utf-8"))
        for mark in page["annotations"]["list"]:
            del mark["titleFormat"], mark["textFormat"]
            del mark["target"]["expr"], mark["target"]["interval"]
        name = f"page{number}.ts"
        (folder / name).write_text(source(page), "utf-8")
        names.append(name)
    return names


def source(page: dict[str, object]) -> str:
    """Write a dashboard as a constant that the types must allow, and the options of each of its panels."""
    panels = page["panels"]
    assert isinstance(panels, list)
    lines = ['import type { Dashboard } from "@grafana/schema";']
    lines += [
        f'import type * as {kind.replace("-", "")} from "./node_modules/@grafana/schema/{COMPOSED}/{where}";'
        for kind, where in KINDS.items()
    ]
    lines += [_OPENED, f"export const page: Plain<Dashboard> = {json.dumps(page)};"]
    for panel in panels:
        kind = panel["type"].replace("-", "")
        options = json.dumps(panel["options"])
        lines.append(f"export const options{panel['id']}: Plain<{kind}.Options> = {options};")
        if panel["type"] in _WITH_CUSTOM:
            custom = json.dumps(panel["fieldConfig"]["defaults"]["custom"])
            lines.append(f"export const custom{panel['id']}: Plain<{kind}.FieldConfig> = {custom};")
    return "\n".join(lines)


def main() -> None:
    """Check every dashboard; TypeScript says what does not fit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES], cwd=folder, check=True)
        names = sources(folder)
        how = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "es2022"]
        subprocess.run(["npx", "tsc", *how, "--moduleResolution", "bundler", *names], cwd=folder, check=True)
        print(f"{len(names)} dashboards are as @grafana/schema has them")


if __name__ == "__main__":
    main()
