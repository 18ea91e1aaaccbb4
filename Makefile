# Two commands to learn: `make demo` and `make test`. Both set up everything they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
PY := .venv/bin/python

# The pure floors, and the modules below them: their tests run under coverage, once, and nowhere else in `make test`.
PURE := domain rules cases staff sip
BOTTOM := clock errors numbers shape spreadsheet text untrusted

.PHONY: venv outdated ui wheel system server root demo screens test check generate pure $(PURE:%=pure-%) pure-bottom bench soak clean

venv: .venv/.done ## the command, with the phone extra, at .venv/bin/callcenter

.venv/.done: pyproject.toml requirements.lock .ci/venv
	.ci/venv
	touch $@

ui: venv ## the page, from callcenter/web/ui into callcenter/web/static; made again only where its sources changed
	.ci/ui

wheel: ui ## the package with the page in it, in dist
	.venv/uv/bin/uv build --wheel --no-build-isolation --python $(PY) -q

system: ## Debian packages that the lab needs (mmdebstrap), by apt-get
	.ci/system

server: ## Debian's PostgreSQL, Mosquitto, Prometheus, Alertmanager and Chromium, which the tests start for themselves
	.ci/system tests

root: venv system ## the lab's Asterisk root, built once: no test's own time is spent on it
	$(PY) -c "from callcenter.lab import root, settings; root.ensure_root(settings.default_root())"

demo: ui system ## a two-minute story on a real Asterisk, with a live board and pages; DEMO=--stay goes on until Ctrl-C
	.venv/bin/callcenter demo $(DEMO)

outdated: ui ## parts that are older than the newest, and known weaknesses of the page's; asks the registries
	.venv/uv/bin/uv pip list --outdated --python $(PY)
	cd callcenter/web/ui && export PATH=$(CURDIR)/.venv/bin:$$PATH && { npm outdated || true; } && { npm audit || true; }

check: venv ## format, lint, types, floors
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

generate: venv ## what is made from the code: the catalogue, the manual's tables, diagrams, dashboards
	$(PY) -m callcenter.locale.compile
	$(PY) -m tests.repo.generate

pure: $(PURE:%=pure-%) pure-bottom ## the pure floors, every statement and branch, each by its own unit tests; lines that none reaches are named

$(PURE:%=pure-%): pure-%: venv
	COVERAGE_FILE=.coverage.$* $(PY) -m pytest -q --cov callcenter/$* tests/unit/$*

pure-bottom: venv
	COVERAGE_FILE=.coverage.bottom $(PY) -m pytest -q $(BOTTOM:%=--cov callcenter.%) $(BOTTOM:%=tests/unit/test_%.py)

screens: ui server ## each page in both languages, both themes and two widths, into var/screens
	$(PY) -m tests.browser.screens

test: server venv ## every test; those that listen to phones' own clocks one after another, others beside them, a browser's last
	$(MAKE) --no-print-directory -j 2 -O ui root
	$(PY) .ci/tests $(PURE:%=tests/unit/%) $(BOTTOM:%=tests/unit/test_%.py)

bench: ui root server ## figures: throughput, latency, memory, the page in a browser
	$(PY) -m pytest -m bench -s -p no:randomly tests/bench

# Six minutes of faults, sixteen of kills, four of stories, twelve of rules by the packaged figures, four of a page's day.
soak: ui root server ## the long runs, about 45 minutes; each says how far it is, and a table of faults is printed at the end
	$(PY) -m pytest -m soak -v -s --durations=0 -p no:randomly --timeout 3600

clean: ## everything that can be made again
	rm -rf callcenter/web/static callcenter/web/ui/node_modules .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* build dist *.egg-info var
